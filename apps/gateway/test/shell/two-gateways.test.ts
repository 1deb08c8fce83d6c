import { randomBytes } from "node:crypto";
import { startRedis, type TestRedis } from "@miroir/store/test-redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sendAndWait } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

let redis: TestRedis;
let nodes: TestNode[] = [];
const gateways: Running[] = [];

beforeAll(async () => {
  [redis, nodes] = await Promise.all([startRedis(), startNodes(3)]);
  const store = ["backend=redis", `url=${redis.url}`, `prefix=test-${randomBytes(8).toString("hex")}`];
  const settings = [...store.map((setting) => `task_store.${setting}`), "replication_factor=2"];
  for (const _ of "ab") gateways.push(await startRunning({ nodes: nodes.map(({ address }) => address), settings }));
}, TEST_TIMEOUT_MS);

afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

const [FILMS, UID] = [40, "films"];

it(
  "shows through one gateway at once what was written through the other, on one Redis",
  async () => {
    const [a, b] = gateways as [Running, Running];
    const documents = Array.from({ length: FILMS }, (_, id) => ({ id, title: `film ${id}` }));
    const { status, body } = await a.send("POST", `/indexes/${UID}/documents`, documents);
    expect(status).toBe(202);
    const seen = await b.send("GET", `/tasks/${body.taskUid}`);
    expect({ status: seen.status, uid: seen.body.uid, indexUid: seen.body.indexUid }).toEqual({
      status: 200,
      uid: body.taskUid,
      indexUid: UID,
    });
    await expect
      .poll(async () => (await b.send("GET", `/tasks/${body.taskUid}`)).body.status, { timeout: TEST_TIMEOUT_MS })
      .toBe("succeeded");
    const found = await b.send("POST", `/indexes/${UID}/search`, { q: "film", limit: FILMS });
    expect(found.body.hits).toHaveLength(FILMS);
    // Uids go on where the other gateway stopped, whichever gives them.
    const next = await b.send("DELETE", `/indexes/${UID}/documents/0`);
    expect(next.body.taskUid).toBe(body.taskUid + 1);
    expect((await a.send("GET", "/tasks")).body.total).toBe((await b.send("GET", "/tasks")).body.total);
    expect((await a.send("GET", `/tasks/${next.body.taskUid}`)).status).toBe(200);
  },
  TEST_TIMEOUT_MS,
);

it(
  "finds through one gateway at once what the other has just created, and no longer what it has deleted",
  async () => {
    const [a, b] = gateways as [Running, Running];
    for (const uid of Array.from({ length: 5 }, (_, i) => `coming-and-going-${i}`)) {
      expect((await b.send("POST", `/indexes/${uid}/search`, {})).status).toBe(404);
      await sendAndWait(a.send, "POST", `/indexes/${uid}/documents`, [{ id: 1 }]);
      expect((await b.send("POST", `/indexes/${uid}/search`, {})).body.hits).toEqual([{ id: 1 }]);
      await sendAndWait(a.send, "DELETE", `/indexes/${uid}`);
      const seen = () => b.send("GET", `/indexes/${uid}`).then(({ status }) => status);
      // The word of it is on its way; without it the registry's bound would be met.
      await expect.poll(seen, { timeout: TEST_TIMEOUT_MS, interval: 2 }).toBe(404);
      expect((await b.send("POST", `/indexes/${uid}/search`, {})).body.code).toBe("index_not_found");
    }
  },
  TEST_TIMEOUT_MS,
);
