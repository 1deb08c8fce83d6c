import { startRedis, type TestRedis, testPrefix } from "@miroir/store/test-redis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

let redis: TestRedis;
let nodes: TestNode[] = [];
let gateways: Running[] = [];

beforeAll(async () => {
  [redis, nodes] = await Promise.all([startRedis(), startNodes(3)]);
  const store = ["backend=redis", `url=${redis.url}`, `prefix=${testPrefix()}`];
  const settings = store.map((setting) => `task_store.${setting}`);
  const start = () => startRunning({ nodes: nodes.map(({ address }) => address), settings });
  gateways = await Promise.all([start(), start()]);
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

it(
  "one gateway cancels and deletes the tasks of another, who see the same",
  async ({ skip }) => {
    if (nodes.some(({ faults }) => faults === undefined)) skip("real nodes cannot be told to stall their tasks");
    const [a, b] = gateways as [Running, Running];
    await sendAndWait(a.send, "POST", "/indexes", { uid: "films" });
    const stalls = nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    const uids: number[] = [];
    for (let id = 0; id < 5; id++) uids.push((await a.send("POST", "/indexes/films/documents", [{ id }])).body.taskUid);
    const { body } = await b.send("POST", `/tasks/cancel?uids=${uids.join(",")}`);
    const toldBy = async ({ address, masterKey }: TestNode): Promise<number> =>
      (await createSend(address, masterKey)("GET", "/tasks?types=taskCancelation")).body.total;
    for (const node of nodes) await expect.poll(() => toldBy(node), { timeout: TEST_TIMEOUT_MS }).toBe(1);
    for (const resume of stalls) resume?.();

    const cancelation = await waitForTask(a.send, body.taskUid);
    expect(cancelation).toMatchObject({ status: "succeeded", details: { matchedTasks: 5, canceledTasks: 5 } });
    for (const uid of uids) {
      const task = await waitForTask(a.send, uid);
      expect(task).toMatchObject({ status: "canceled", canceledBy: body.taskUid });
      expect((await b.send("GET", `/tasks/${uid}`)).body).toEqual(task);
    }
    expect((await b.send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(0);

    const deleted = await b.send("DELETE", `/tasks?uids=${uids.join(",")}`);
    expect((await waitForTask(a.send, deleted.body.taskUid)).details).toMatchObject({ deletedTasks: 5 });
    expect((await a.send("GET", `/tasks/${uids[0]}`)).body.code).toBe("task_not_found");
  },
  TEST_TIMEOUT_MS,
);
