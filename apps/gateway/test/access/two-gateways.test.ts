import { randomBytes } from "node:crypto";
import { startRedis, type TestRedis } from "@miroir/store/test-redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSend } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const MASTER = "masterKeymasterKey";

let redis: TestRedis;
let nodes: TestNode[] = [];
let gateways: Running[] = [];

beforeAll(async () => {
  [redis, nodes] = await Promise.all([startRedis(), startNodes(1)]);
  const store = ["backend=redis", `url=${redis.url}`, `prefix=test-${randomBytes(8).toString("hex")}`];
  const settings = [...store.map((setting) => `task_store.${setting}`), `master_key=${MASTER}`, "replication_factor=1"];
  const start = () => startRunning({ nodes: nodes.map(({ address }) => address), settings, key: MASTER });
  gateways = await Promise.all([start(), start(), start()]);
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

it("gateways that start together make the four default keys once, and have the same", async () => {
  const lists = await Promise.all(gateways.map(({ send }) => send("GET", "/keys")));
  expect(lists[0]?.body.results).toHaveLength(4);
  for (const { body } of lists) expect(body).toEqual(lists[0]?.body);
});

it(
  "a key made through one gateway opens the other, until it is deleted",
  async () => {
    const [a, b] = gateways as [Running, Running];
    const made = await a.send("POST", "/keys", { actions: ["indexes.get"], indexes: ["*"], expiresAt: null });
    const through = createSend(b.address, made.body.key);
    const status = async () => (await through("GET", "/indexes")).status;
    await expect.poll(status, { timeout: TEST_TIMEOUT_MS }).toBe(200);
    await a.send("DELETE", `/keys/${made.body.uid}`);
    await expect.poll(status, { timeout: TEST_TIMEOUT_MS }).toBe(403);
  },
  TEST_TIMEOUT_MS,
);
