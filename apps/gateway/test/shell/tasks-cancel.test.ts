import { createDevNode, type DevNode } from "@miroir/dev-node";
import { afterEach, describe, expect, it } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const MASTER = "masterKeymasterKey";
const PATIENT = { timeout: TEST_TIMEOUT_MS };
let nodes: DevNode[] = [];
let gateway: Running;
afterEach(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.close()));
});

async function begin(settings: readonly string[] = [], count = 3): Promise<void> {
  nodes = Array.from({ length: count }, () => createDevNode({ masterKey: NODE_KEY }));
  const addresses = await Promise.all(nodes.map((node) => node.listen()));
  gateway = await startRunning({ nodes: addresses, settings: [`master_key=${MASTER}`, ...settings], key: MASTER });
}

const films = Array.from({ length: 30 }, (_, id) => ({ id, title: `film ${id}` }));
const stall = (position: number) => nodes[position]?.faults.add({ stallTasks: true });
const stallAll = (): (() => void) => {
  const undo = nodes.map((_, position) => stall(position));
  return () => undo.forEach((step) => void step?.());
};
const send = (...args: Parameters<Running["send"]>) => gateway.send(...args);
const taskUid = async (...args: Parameters<Running["send"]>): Promise<number> => (await send(...args)).body.taskUid;
const write = (index = "films") => taskUid("POST", `/indexes/${index}/documents`, films);
const task = async (uid: number) => (await send("GET", `/tasks/${uid}`)).body;

/** Cancels and waits for the cancelation. */
async function cancel(query: string, through = gateway.send) {
  const { status, body } = await through("POST", `/tasks/cancel?${query}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ indexUid: null, status: "enqueued", type: "taskCancelation" });
  return waitForTask(gateway.send, body.taskUid);
}

/** Cancels tasks that the nodes have stalled, lets the nodes go on once they all know, and waits for the cancelation. */
async function cancelStalled(query: string, resume: () => void, through = gateway.send) {
  const asked = cancel(query, through);
  for (const position of nodes.keys()) await untilTold(position);
  resume();
  return asked;
}

const untilTold = (position: number) =>
  expect.poll(async () => (await statusesOn(position, "taskCancelation")).length, PATIENT).toBe(1);

/** What a node says of its tasks of a type, the oldest first. */
async function statusesOn(position: number, type: string): Promise<string[]> {
  const ask = createSend(nodes[position]?.address ?? "", NODE_KEY);
  const { body } = await ask("GET", `/tasks?types=${type}&reverse=true`);
  return body.results.map(({ status }: { status: string }) => status);
}

describe("canceling tasks", { timeout: TEST_TIMEOUT_MS }, () => {
  it("cancels them on every node, and says by which task", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes", { uid: "films" });
    const resume = stallAll();
    const uids = [await write(), await write()];
    const cancelation = await cancelStalled(`uids=${uids.join(",")}`, resume);
    expect(cancelation).toMatchObject({
      ...{ status: "succeeded", canceledBy: null, error: null },
      details: { matchedTasks: 2, canceledTasks: 2, originalFilter: `?uids=${uids.join(",")}` },
    });
    for (const uid of uids)
      expect(await task(uid)).toMatchObject({
        ...{ status: "canceled", canceledBy: cancelation.uid, batchUid: uid, error: null },
        details: { receivedDocuments: 30, indexedDocuments: 0 },
        duration: expect.any(String),
        startedAt: expect.any(String),
        finishedAt: expect.any(String),
      });
    for (const position of [0, 1, 2])
      expect(await statusesOn(position, "documentAdditionOrUpdate")).toEqual(["canceled", "canceled"]);
    expect((await send("GET", `/tasks?canceledBy=${cancelation.uid}`)).body.total).toBe(2);
    expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(0);
  });

  it("leaves alone what has ended, counts it as matched, and matches only what was there", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
    expect((await cancel("statuses=*")).details).toEqual({
      ...{ matchedTasks: 1, canceledTasks: 0 },
      originalFilter: "?statuses=*",
    });
    expect((await cancel("indexUids=films%2Cother&types=documentDeletion")).details).toEqual({
      ...{ matchedTasks: 0, canceledTasks: 0 },
      originalFilter: "?indexUids=films%2Cother&types=documentDeletion",
    });
    expect(await task(0)).toMatchObject({ status: "succeeded", canceledBy: null });
  });

  it("shows nothing of it before the task is canceled", async () => {
    await begin();
    const resume = stallAll();
    const uid = await write();
    const { body } = await send("POST", `/tasks/cancel?uids=${uid}`);
    const { store } = gateway.context;
    await expect.poll(async () => (await store.tasks.get(uid))?.canceledBy, PATIENT).toBe(body.taskUid);
    for (const position of nodes.keys()) await untilTold(position);
    expect(await task(uid)).toMatchObject({ status: "enqueued", canceledBy: null });
    expect((await send("GET", `/tasks?canceledBy=${body.taskUid}`)).body.total).toBe(0);
    expect(JSON.stringify(await task(body.taskUid))).not.toContain("_miroir");
    resume();
    expect((await waitForTask(gateway.send, uid)).canceledBy).toBe(body.taskUid);
  });

  it("leaves to the other nodes what one node has done already", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes", { uid: "films" });
    stall(1);
    const resume = stall(2);
    const uid = await taskUid("PATCH", "/indexes/films/settings", { filterableAttributes: ["title"] });
    await expect.poll(() => statusesOn(0, "settingsUpdate"), PATIENT).toEqual(["succeeded", "succeeded"]);
    expect((await cancel(`uids=${uid}`)).details).toMatchObject({ matchedTasks: 1, canceledTasks: 0 });
    nodes[1]?.faults.clear();
    resume?.();
    expect(await waitForTask(gateway.send, uid)).toMatchObject({ status: "succeeded", canceledBy: null });
    for (const position of [0, 1, 2])
      expect(await statusesOn(position, "settingsUpdate")).toEqual(["succeeded", "succeeded"]);
  });

  it("waits for a node that is out and that alone may have the write", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes", { uid: "films" });
    const resume = stallAll();
    const uid = await write();
    const back = nodes[0]?.faults.add({ refuse: true });
    const away = gateway.idOf(nodes[0]?.address ?? "");
    await gateway.untilNode(away, "out");
    const asked = cancel(`uids=${uid}`);
    for (const position of [1, 2]) await untilTold(position);
    nodes[1]?.faults.clear();
    nodes[2]?.faults.clear();
    await expect.poll(() => statusesOn(1, "documentAdditionOrUpdate"), PATIENT).toEqual(["canceled"]);
    await expect.poll(() => statusesOn(2, "documentAdditionOrUpdate"), PATIENT).toEqual(["canceled"]);
    expect((await task(uid)).status).not.toBe("canceled");
    back?.();
    await gateway.untilNode(away, "up");
    await untilTold(0);
    resume();
    expect((await asked).details.canceledTasks).toBe(1);
    expect((await task(uid)).status).toBe("canceled");
  });

  it("gives back an index that was to be deleted, with its primary key and its order", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
    const resume = stallAll();
    const uid = await taskUid("DELETE", "/indexes/films");
    await cancelStalled(`uids=${uid}`, resume);
    expect(await task(uid)).toMatchObject({ status: "canceled", details: { deletedDocuments: 0 } });
    expect((await send("GET", "/indexes/films")).body.primaryKey).toBe("id");
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: 100 }]);
    const { results } = (await send("GET", "/indexes/films/documents?limit=40&fields=id")).body;
    expect(results.map(({ id }: { id: number }) => id)).toEqual([...films.map(({ id }) => id), 100]);
  });

  it.each([
    ["documents", "POST", "/indexes/made/documents", films],
    ["settings", "PATCH", "/indexes/made/settings", { stopWords: ["the"] }],
    ["its creation", "POST", "/indexes", { uid: "made" }],
  ])("has never made an index whose %s were canceled", async (_, method, path, body) => {
    await begin();
    const resume = stallAll();
    const uid = await taskUid(method, path, body);
    await cancelStalled(`uids=${uid}`, resume);
    expect((await task(uid)).status).toBe("canceled");
    expect((await send("GET", "/indexes/made")).body.code).toBe("index_not_found");
    expect((await sendAndWait(gateway.send, "POST", "/indexes/made/documents", films)).status).toBe("succeeded");
    expect((await send("GET", "/indexes/made/stats")).body.numberOfDocuments).toBe(30);
  });

  it("keeps an index that another write has come to since", async () => {
    await begin();
    const resume = stallAll();
    const [canceled, kept] = [await write(), await write()];
    await cancelStalled(`uids=${canceled}`, resume);
    expect((await waitForTask(gateway.send, kept)).status).toBe("succeeded");
    expect((await task(canceled)).status).toBe("canceled");
    expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(30);
  });

  it("is gone through with by a gateway that finds it half done", async () => {
    await begin();
    const resume = stallAll();
    const uid = await write();
    const { store } = gateway.context;
    const filters = [{ uids: [uid] }];
    const details = { matchedTasks: 1, canceledTasks: null, originalFilter: `?uids=${uid}`, _miroir: { filters } };
    const { uid: own } = await store.tasks.create({ indexUid: null, type: "taskCancelation", nodeTasks: {}, details });
    const { path } = gateway.context.config.taskStore;
    const second = await startRunning({ nodes: nodes.map(({ address }) => address ?? ""), path, key: MASTER });
    for (const position of nodes.keys()) await untilTold(position);
    resume();
    expect((await waitForTask(gateway.send, own)).details).toEqual({
      ...{ matchedTasks: 1, canceledTasks: 1 },
      originalFilter: `?uids=${uid}`,
    });
    expect(await task(uid)).toMatchObject({ status: "canceled", canceledBy: own });
    await second.close();
  });

  it.each([
    ["", "missing_task_filters"],
    ["?limit=1", "bad_request"],
    ["?statuses=done", "invalid_task_statuses"],
  ])("POST /tasks/cancel%s is %s", async (query, code) => {
    await begin([], 1);
    expect((await send("POST", `/tasks/cancel${query}`)).body.code).toBe(code);
  });

  it("cancels only what the key may see", async () => {
    await begin();
    const { body: key } = await send("POST", "/keys", {
      ...{ actions: ["tasks.*"], indexes: ["films*"], expiresAt: null },
    });
    const resume = stallAll();
    const [mine, other] = [await write("films-1"), await write("books")];
    const canceled = await cancelStalled("statuses=enqueued", resume, createSend(gateway.address, key.key));
    expect(canceled.details).toMatchObject({ matchedTasks: 1, canceledTasks: 1 });
    expect((await waitForTask(gateway.send, mine)).status).toBe("canceled");
    expect((await waitForTask(gateway.send, other)).status).toBe("succeeded");
  });
});
