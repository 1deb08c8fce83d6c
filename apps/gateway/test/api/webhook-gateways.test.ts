import { randomBytes } from "node:crypto";
import { startRedis, type TestRedis } from "@miroir/store/test-redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { waitForTask } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { openReceiver, type Receiver } from "../support/receiver.ts";
import { type Running, startRunning } from "../support/running.ts";

const WRITES = 12;

let redis: TestRedis;
let nodes: TestNode[] = [];
let receiver: Receiver;
const gateways: Running[] = [];
let settings: string[] = [];

const start = () => startRunning({ nodes: nodes.map(({ address }) => address), settings });

beforeAll(async () => {
  [redis, nodes, receiver] = await Promise.all([startRedis(), startNodes(2, { taskDelayMs: 100 }), openReceiver()]);
  const store = ["backend=redis", `url=${redis.url}`, `prefix=test-${randomBytes(8).toString("hex")}`];
  settings = store.map((setting) => `task_store.${setting}`);
  for (const _ of "ab") gateways.push(await start());
}, TEST_TIMEOUT_MS);

afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await Promise.all([...nodes.map((node) => node.stop()), receiver.close()]);
  await redis.stop();
});

it(
  "tells of each task once, though gateways that start follow the tasks of the others too",
  async () => {
    const [a, b] = gateways as [Running, Running];
    await a.send("POST", "/webhooks", { url: receiver.url });
    expect((await b.send("GET", "/webhooks")).body.results).toHaveLength(1);
    const uids: number[] = [];
    for (let i = 0; i < WRITES; i++) {
      const { body } = await (i % 2 === 0 ? a : b).send("POST", `/indexes/i${i % 3}/documents`, [{ id: i }]);
      uids.push(body.taskUid);
    }
    // They take up what has not ended: every task is followed by three gateways at least.
    gateways.push(...(await Promise.all([start(), start()])));
    for (const uid of uids) await waitForTask(a.send, uid);
    await receiver.until(WRITES);
    for (const gateway of gateways.splice(0)) await gateway.close();
    const told = receiver.tasks().map(({ uid, status }) => `${uid} ${status}`);
    expect(told.sort()).toEqual(uids.map((uid) => `${uid} succeeded`).sort());
  },
  TEST_TIMEOUT_MS,
);
