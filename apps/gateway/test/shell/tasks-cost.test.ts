import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, type Send } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

const INDEXES = 3;
const TASKS = 3_000;

let faulty: FaultyStore;
let gateway: TestGateway;
let narrow: Send;
beforeAll(async () => {
  gateway = await startTestGateway({
    ...{ nodes: 1, replicationFactor: 1 },
    wrapStore: (store) => {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
  for (let uid = 0; uid < TASKS; uid++) await create(`films-${uid % INDEXES}`);
  const { body: key } = await gateway.send("POST", "/keys", {
    ...{ actions: ["tasks.get"], indexes: ["films-1*", "new*"], expiresAt: null },
  });
  narrow = createSend(gateway.address, key.key);
}, TEST_TIMEOUT_MS);
afterAll(() => gateway.close());

const create = (indexUid: string) =>
  gateway.store.tasks.create({ indexUid, type: "indexCreation", nodeTasks: {}, status: "failed" });

/** The calls of the store's table of tasks that a request makes. */
async function costOf(send: Send, path: string): Promise<readonly string[]> {
  faulty.clear();
  expect((await send("GET", path)).status).toBe(200);
  return faulty.calls.filter((call) => call.startsWith("tasks."));
}

it("GET /tasks/{uid} costs one read", async () => {
  expect(await costOf(gateway.send, "/tasks/7")).toEqual(["tasks.get"]);
  expect(await costOf(gateway.send, "/batches/7")).toEqual(["tasks.get"]);
});

it("a page of tasks costs one read, and one more for a key with patterns once they have been read", async () => {
  expect(await costOf(gateway.send, "/tasks")).toEqual(["tasks.list"]);
  const { total, results } = (await narrow("GET", "/tasks?limit=2")).body;
  expect([total, ...results.map(({ uid }: { uid: number }) => uid)]).toEqual([TASKS / INDEXES, 2998, 2995]);
  for (const path of ["/tasks?limit=2", "/tasks?from=100", "/tasks?statuses=failed"])
    expect(await costOf(narrow, path)).toEqual(["tasks.list", "tasks.list"]);
});

it("a key with patterns sees the tasks of an index that no request has named before", async () => {
  await narrow("GET", "/tasks");
  const { uid } = await create("new-index");
  for (let i = 0; i < 100; i++) await create("films-2");
  const { results, total } = (await narrow("GET", "/tasks?limit=1")).body;
  expect(results[0].uid).toBe(uid);
  expect(total).toBe(TASKS / INDEXES + 1);
});
