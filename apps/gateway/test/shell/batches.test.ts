import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ nodes: 1, replicationFactor: 1 });
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: 1 }]);
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: "not valid" }]);
  await sendAndWait(gateway.send, "PATCH", "/indexes/books/settings", { stopWords: ["the"] });
  // Nobody follows these, so they stay as they are.
  const waiting = { indexUid: "films", type: "indexUpdate", nodeTasks: {} };
  await gateway.store.tasks.create(waiting);
  const { uid } = await gateway.store.tasks.create(waiting);
  await gateway.store.tasks.transition(uid, { status: "processing" });
}, TEST_TIMEOUT_MS);
afterAll(() => gateway.close());

const list = async (query: string) => (await gateway.send("GET", `/batches${query}`)).body;
const uids = ({ results }: { results: { uid: number }[] }) => results.map(({ uid }) => uid);

describe("a batch", () => {
  it("is one task, under the task's uid", async () => {
    const task = (await gateway.send("GET", "/tasks/1")).body;
    expect(task.batchUid).toBe(1);
    expect((await gateway.send("GET", "/batches/1")).body).toEqual({
      uid: 1,
      progress: null,
      details: { receivedDocuments: 1, indexedDocuments: 0 },
      stats: {
        ...{ totalNbTasks: 1, status: { failed: 1 }, types: { documentAdditionOrUpdate: 1 } },
        ...{ indexUids: { films: 1 }, progressTrace: {} },
      },
      ...{ duration: task.duration, startedAt: task.startedAt, finishedAt: task.finishedAt },
      batchStrategy: expect.any(String),
    });
  });

  it("is there once its task has begun, and tells of progress until it ends", async () => {
    expect((await gateway.send("GET", "/batches/3")).body.code).toBe("batch_not_found");
    expect((await gateway.send("GET", "/batches/4")).body).toMatchObject({
      progress: { steps: [{ finished: 0, total: 1 }], percentage: 0 },
      stats: { status: { processing: 1 } },
      ...{ details: {}, duration: null, finishedAt: null },
    });
  });
});

describe("the list of batches", () => {
  it("has one for every task that has begun", async () => {
    expect(await list("")).toMatchObject({ total: 4, limit: 20, from: 4, next: null });
    expect(uids(await list(""))).toEqual([4, 2, 1, 0]);
    expect(uids(await list("?reverse=true&from=1&limit=2"))).toEqual([1, 2]);
    expect(await list("?limit=2")).toMatchObject({ from: 4, next: 1 });
    expect(await list("?limit=0")).toMatchObject({ from: null, next: 4 });
  });

  it.each([
    ["?batchUids=0,3,4", [4, 0]],
    ["?uids=1,2", [2, 1]],
    ["?statuses=failed", [1]],
    ["?statuses=enqueued", []],
    ["?types=settingsUpdate", [2]],
    ["?indexUids=films", [4, 1, 0]],
    ["?canceledBy=7", []],
    ["?afterEnqueuedAt=2200-01-01", []],
    ["?beforeFinishedAt=2200-01-01", [2, 1, 0]],
  ])("%s shows %j", async (query, expected) => {
    expect(uids(await list(query))).toEqual(expected);
  });

  it("agrees with the tasks that are asked for by their batches", async () => {
    expect(uids((await gateway.send("GET", "/tasks?batchUids=0,3,4")).body)).toEqual([4, 0]);
    expect(uids((await gateway.send("GET", "/tasks?batchUids=*")).body)).toHaveLength(5);
  });

  it("shows a key what it may see", async () => {
    const { body: key } = await gateway.send("POST", "/keys", {
      ...{ actions: ["tasks.get"], indexes: ["bo*"], expiresAt: null },
    });
    const send = createSend(gateway.address, key.key);
    expect(uids((await send("GET", "/batches")).body)).toEqual([2]);
    expect((await send("GET", "/batches/1")).body.code).toBe("batch_not_found");
  });

  it.each([
    ["?uids=x", "invalid_task_uids"],
    ["?batchUids=x", "invalid_batch_uids"],
    ["?colour=red", "bad_request"],
    ["/abc", "invalid_batch_uids"],
    ["/9999", "batch_not_found"],
  ])("GET /batches%s is %s", async (path, code) => {
    expect((await gateway.send("GET", `/batches${path}`)).body.code).toBe(code);
  });
});
