import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, type Send, sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

const gateway: TestGateway = await startTestGateway({ nodes: 1, replicationFactor: 1 });
afterAll(() => gateway.close());

/** Deletes and waits for the deletion. */
async function remove(query: string, send: Send = gateway.send) {
  const { status, body } = await send("DELETE", `/tasks?${query}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ indexUid: null, status: "enqueued", type: "taskDeletion" });
  return waitForTask(gateway.send, body.taskUid);
}

const write = async (index: string): Promise<number> =>
  (await sendAndWait(gateway.send, "POST", `/indexes/${index}/documents`, [{ id: 1 }])).uid;
const total = async (query: string): Promise<number> => (await gateway.send("GET", `/tasks?${query}`)).body.total;

describe("deleting tasks", { timeout: TEST_TIMEOUT_MS }, () => {
  beforeEach(() => remove("uids=*"));

  it("deletes finished ones with their batches, and says how many", async () => {
    const [a, b, c] = [await write("films"), await write("films"), await write("books")];
    const deletion = await remove("indexUids=films");
    expect(deletion).toMatchObject({
      ...{ status: "succeeded", canceledBy: null, error: null },
      details: { matchedTasks: 2, deletedTasks: 2, originalFilter: "?indexUids=films" },
    });
    expect(JSON.stringify(deletion)).not.toContain("_miroir");
    for (const uid of [a, b]) {
      expect((await gateway.send("GET", `/tasks/${uid}`)).body.code).toBe("task_not_found");
      expect((await gateway.send("GET", `/batches/${uid}`)).body.code).toBe("batch_not_found");
    }
    expect((await gateway.send("GET", `/tasks/${c}`)).status).toBe(200);
    expect((await remove(`uids=${a},${b}`)).details).toMatchObject({ matchedTasks: 0, deletedTasks: 0 });
  });

  it("keeps itself and what comes after it", async () => {
    await write("films");
    const deletion = await remove("uids=*");
    expect(deletion.details).toEqual({ matchedTasks: 2, deletedTasks: 2, originalFilter: "?uids=*" });
    expect(await total("")).toBe(1);
    expect(await write("films")).toBe(deletion.uid + 1);
  });

  it("deletes as many as there are, in steps", async () => {
    const done = { indexUid: "films", type: "indexCreation", nodeTasks: {}, status: "failed" } as const;
    await Promise.all(Array.from({ length: 2_500 }, () => gateway.store.tasks.create(done)));
    expect((await remove("statuses=failed")).details).toMatchObject({ matchedTasks: 2_500, deletedTasks: 2_500 });
    expect(await total("statuses=failed")).toBe(0);
  });

  it("deletes only what the key may see, deleted indexes included", async () => {
    const { body: key } = await gateway.send("POST", "/keys", {
      ...{ actions: ["tasks.*"], indexes: ["films*"], expiresAt: null },
    });
    const send = createSend(gateway.address, key.key);
    await write("films-1");
    await write("films-2");
    await sendAndWait(gateway.send, "DELETE", "/indexes/films-2");
    const other = await write("books");
    expect((await send("GET", "/tasks")).body.total).toBe(3);
    expect((await remove("statuses=*", send)).details).toMatchObject({ matchedTasks: 3, deletedTasks: 3 });
    expect((await gateway.send("GET", `/tasks/${other}`)).status).toBe(200);
  });

  it("deletes nothing that has not ended, nor by a filter that matches only such tasks", async () => {
    const open = { indexUid: "films", type: "indexCreation", nodeTasks: {} };
    const { uid } = await gateway.store.tasks.create(open);
    expect((await remove(`uids=${uid}`)).details).toMatchObject({ matchedTasks: 1, deletedTasks: 0 });
    expect((await remove("statuses=enqueued,processing")).details).toMatchObject({ matchedTasks: 1, deletedTasks: 0 });
    expect((await gateway.send("GET", `/tasks/${uid}`)).body.status).toBe("enqueued");
    await gateway.store.tasks.transition(uid, { status: "failed" });
  });

  it.each([
    ["", "missing_task_filters"],
    ["?from=1", "bad_request"],
    ["?uids=x", "invalid_task_uids"],
  ])("DELETE /tasks%s is %s", async (query, code) => {
    expect((await gateway.send("DELETE", `/tasks${query}`)).body.code).toBe(code);
  });
});
