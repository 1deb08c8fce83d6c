import { createDevNode, type DevNode } from "@miroir/dev-node";
import { shardOf } from "@miroir/routing";
import { afterEach, describe, expect, it } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

let nodes: DevNode[] = [];
let gateway: Running;
afterEach(async () => {
  await gateway.close();
  await Promise.all(nodes.map((node) => node.close()));
});

async function begin(count = 3, settings: readonly string[] = []): Promise<void> {
  nodes = Array.from({ length: count }, () => createDevNode({ masterKey: NODE_KEY }));
  const addresses = await Promise.all(nodes.map((node) => node.listen()));
  gateway = await startRunning({ nodes: addresses, settings });
}

/** Ends a node and puts an empty one in its place. @returns what makes it say something of its tasks, where it is silent at first */
async function restartEmpty(position: number, isSilent = false): Promise<(() => void) | undefined> {
  const old = nodes[position];
  const port = Number(new URL(old?.address ?? "").port);
  await old?.close();
  const fresh = createDevNode({ masterKey: NODE_KEY });
  const tell = isSilent ? fresh.faults.add({ route: "/tasks", refuse: true }) : undefined;
  await fresh.listen({ port });
  nodes[position] = fresh;
  return tell;
}

const stall = (position: number) => nodes[position]?.faults.add({ stallTasks: true });
const films = Array.from({ length: 30 }, (_, id) => ({ id, title: `film ${id}` }));
const write = async (): Promise<number> => (await gateway.send("POST", "/indexes/films/documents", films)).body.taskUid;
const statusOf = async (uid: number): Promise<string> => (await gateway.send("GET", `/tasks/${uid}`)).body.status;

const FIELDS = [
  ...["uid", "batchUid", "indexUid", "status", "type", "canceledBy", "details", "error"],
  ...["duration", "enqueuedAt", "startedAt", "finishedAt"],
];

describe("a task", { timeout: TEST_TIMEOUT_MS }, () => {
  it("stays enqueued while the nodes have not begun, and ends when they have", async () => {
    await begin();
    const undo = [0, 1, 2].map(stall);
    const uid = await write();
    const { body } = await gateway.send("GET", `/tasks/${uid}`);
    expect(Object.keys(body)).toEqual(FIELDS);
    expect(body).toMatchObject({
      ...{ status: "enqueued", batchUid: null, duration: null, startedAt: null, finishedAt: null },
      details: { receivedDocuments: 30, indexedDocuments: null },
    });
    undo[0]?.();
    undo[1]?.();
    expect(await statusOf(uid)).not.toBe("succeeded");
    undo[2]?.();
    const task = await waitForTask(gateway.send, uid);
    expect(Object.keys(task)).toEqual(FIELDS);
    expect(task).toMatchObject({
      ...{ status: "succeeded", batchUid: uid, error: null },
      details: { receivedDocuments: 30, indexedDocuments: 30 },
    });
    expect(task.duration).toMatch(/^PT\d+(\.\d+)?S$/);
    expect(Date.parse(task.startedAt)).toBeGreaterThanOrEqual(Date.parse(task.enqueuedAt));
    expect(Date.parse(task.finishedAt)).toBeGreaterThanOrEqual(Date.parse(task.startedAt));
    const row = await gateway.context.store.tasks.get(uid);
    expect(Object.values(row?.nodeTasks ?? {}).map(({ status }) => status)).toEqual(Array(3).fill("succeeded"));
  });

  it("counts what was deleted once, however many replicas deleted it", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
    const ids = [1, 2, 3, 77];
    const task = await sendAndWait(gateway.send, "POST", "/indexes/films/documents/delete-batch", ids);
    expect(task.details).toEqual({ providedIds: 4, deletedDocuments: 3, originalFilter: null });
    const one = await sendAndWait(gateway.send, "DELETE", "/indexes/films/documents/4");
    expect(one.details.deletedDocuments).toBe(1);
    const rest = await sendAndWait(gateway.send, "DELETE", "/indexes/films");
    expect(rest.details).toEqual({ deletedDocuments: 26 });
  });

  it.each([1, 2, 3])("counts an id sent twice once, with %i replicas", async (factor) => {
    await begin(3, [`replication_factor=${factor}`]);
    const twice = [...films, ...films.slice(0, 7).map(({ id }) => ({ id, title: "again" }))];
    const task = await sendAndWait(gateway.send, "POST", "/indexes/films/documents", twice);
    expect(task.details).toEqual({ receivedDocuments: 37, indexedDocuments: 30 });
  });

  it("ends without a node that is out, once the others have it", async () => {
    await begin();
    stall(0);
    const uid = await write();
    nodes[0]?.faults.add({ refuse: true });
    await gateway.untilNode(gateway.idOf(nodes[0]?.address ?? ""), "out");
    expect(await waitForTask(gateway.send, uid)).toMatchObject({
      status: "succeeded",
      details: { indexedDocuments: 30 },
    });
    const { cluster, hints } = gateway.context;
    const node = gateway.idOf(nodes[0]?.address ?? "");
    const owned = [...cluster.placement.targets.keys()].filter((s) => cluster.placement.owners[0]?.[s]?.includes(node));
    expect(owned.some((shard) => hints.isStale(node, "films", shard))).toBe(true);
  });

  it("waits for a node that is out when only that one may have the write", async () => {
    await begin(3, ["replication_factor=1"]);
    const undoStall = stall(0);
    const uid = await write();
    const undo = nodes[0]?.faults.add({ refuse: true });
    const node = gateway.idOf(nodes[0]?.address ?? "");
    await gateway.untilNode(node, "out");
    // A later write that needs only another node comes to its end, so the reconciler has been round since.
    const { placement } = gateway.context.cluster;
    const isElsewhere = (id: number) => placement.owners[0]?.[shardOf(String(id), placement.shards)]?.[0] !== node;
    const other = [{ id: films.findIndex(({ id }) => isElsewhere(id)), title: "again" }];
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", other);
    expect(await statusOf(uid)).not.toBe("succeeded");
    undo?.();
    undoStall?.();
    expect((await waitForTask(gateway.send, uid)).status).toBe("succeeded");
  });

  it("counts a node that was restarted empty as failed there, and stands by the others", async () => {
    await begin();
    const undo = [0, 1, 2].map(stall);
    const uid = await write();
    await restartEmpty(0);
    undo[1]?.();
    undo[2]?.();
    expect((await waitForTask(gateway.send, uid)).status).toBe("succeeded");
    const row = await gateway.context.store.tasks.get(uid);
    expect(row?.nodeTasks[gateway.idOf(nodes[0]?.address ?? "")]?.status).toBe("failed");
  });

  it("is not taken for another of its type that got its uid on a node that was restarted empty", async () => {
    await begin();
    const undo = [0, 1, 2].map(stall);
    const uid = await write();
    const idOfFirst = gateway.idOf(nodes[0]?.address ?? "");
    const onFirst = async () => (await gateway.context.store.tasks.get(uid))?.nodeTasks[idOfFirst];
    const uidOnFirst = (await onFirst())?.uid ?? -1;
    const tell = await restartEmpty(0, true);
    const node = createSend(nodes[0]?.address ?? "", NODE_KEY);
    for (let other = 0; other <= uidOnFirst; other++) {
      const { body } = await node("POST", "/indexes/other/documents", [{ id: other }]);
      expect(body.taskUid).toBe(other);
    }
    tell?.();
    undo[1]?.();
    undo[2]?.();
    expect((await waitForTask(gateway.send, uid)).status).toBe("succeeded");
    expect((await onFirst())?.status).toBe("failed");
  });

  it("fails when every node has lost it", async () => {
    await begin();
    [0, 1, 2].map(stall);
    const uid = await write();
    for (const position of [0, 1, 2]) await restartEmpty(position);
    const task = await waitForTask(gateway.send, uid);
    expect(task).toMatchObject({
      status: "failed",
      error: { code: "internal" },
      details: { receivedDocuments: 30, indexedDocuments: 0 },
    });
  });

  it("fails with the nodes' own error, without anything of ours in it", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
    const task = await sendAndWait(gateway.send, "PATCH", "/indexes/films", { primaryKey: "title" });
    expect(task.status).toBe("failed");
    expect(task.error.code).toBe("index_primary_key_already_exists");
    expect(task.error.message).not.toMatch(/_miroir|[\u2983-\u2992]/);
  });

  it("is followed again by a gateway that starts on the same store", async () => {
    await begin();
    const undo = [0, 1, 2].map(stall);
    const uid = await write();
    const path = gateway.context.config.taskStore.path;
    const second = await startRunning({ nodes: nodes.map(({ address }) => address ?? ""), path });
    for (const step of undo) step?.();
    expect((await waitForTask(second.send, uid)).status).toBe("succeeded");
    await second.close();
  });

  it("counts right there too, though a node missed it", async () => {
    await begin();
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: 0 }]);
    const missing = nodes[0]?.faults?.add({ refuse: true });
    const undo = [1, 2].map(stall);
    // On the other nodes of some shards both copies are counted, and of others one.
    const documents = Array.from({ length: 20 }, (_, id) => ({ id }));
    const { body } = await gateway.send("POST", "/indexes/films/documents", documents);
    const path = gateway.context.config.taskStore.path;
    const second = await startRunning({ nodes: nodes.map(({ address }) => address ?? ""), path });
    missing?.();
    for (const step of undo) step?.();
    const { status, details } = await waitForTask(second.send, body.taskUid);
    expect({ status, details }).toEqual({
      status: "succeeded",
      details: { receivedDocuments: 20, indexedDocuments: 20 },
    });
    await second.close();
  });
});

describe("the list of tasks", { timeout: TEST_TIMEOUT_MS }, () => {
  const uids = (answer: { body: { results: { uid: number }[] } }) => answer.body.results.map(({ uid }) => uid);

  it("filters and pages as a node does", async () => {
    await begin();
    const list = (query: string) => gateway.send("GET", `/tasks${query}`);
    expect((await list("")).body).toEqual({ results: [], total: 0, limit: 20, from: null, next: null });
    for (let i = 0; i < 5; i++) await sendAndWait(gateway.send, "POST", `/indexes/i${i % 2}/documents`, [{ id: i }]);
    await sendAndWait(gateway.send, "POST", "/indexes/i0/documents", [{ id: "bad id" }]);

    expect((await list("?limit=2")).body).toMatchObject({ total: 6, limit: 2, from: 5, next: 3 });
    expect((await list("?limit=0")).body).toEqual({ results: [], total: 6, limit: 0, from: null, next: 5 });
    expect((await list("?from=1&limit=5")).body).toMatchObject({ from: 1, next: null });
    expect((await list("?from=1000&limit=2")).body).toMatchObject({ from: 5, next: 3 });
    expect((await list("?reverse=true&from=4&limit=1")).body).toMatchObject({ from: 4, next: 5 });
    expect(uids(await list("?uids=3,1,5"))).toEqual([5, 3, 1]);
    expect(uids(await list("?uids="))).toEqual([]);
    expect(uids(await list("?uids=*&limit=1"))).toEqual([5]);
    expect(uids(await list("?batchUids=0,2&uids=2,3"))).toEqual([2]);
    expect(uids(await list("?statuses=FAILED,canceled"))).toEqual([5]);
    expect(uids(await list("?indexUids=i1"))).toEqual([3, 1]);
    expect(uids(await list("?afterEnqueuedAt=2000-01-01&limit=1"))).toEqual([5]);
    expect(uids(await list("?afterStartedAt=2200-01-01"))).toEqual([]);
    expect(uids(await list("?types=indexSwap"))).toEqual([]);
    expect(uids(await list("?limit=100000"))).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it.each([
    ["?uids=abc", "invalid_task_uids"],
    ["?statuses=done", "invalid_task_statuses"],
    ["?types=unknown", "invalid_task_types"],
    ["?indexUids=bad%20uid", "invalid_index_uid"],
    ["?limit=-1", "invalid_task_limit"],
    ["?from=x", "invalid_task_from"],
    ["?reverse=yes", "invalid_task_reverse"],
    ["?afterEnqueuedAt=yesterday", "invalid_task_after_enqueued_at"],
    ["?canceledBy=x", "invalid_task_canceled_by"],
    ["?batchUids=x", "invalid_batch_uids"],
    ["?colour=red", "bad_request"],
    ["/abc", "invalid_task_uids"],
    ["/-1", "invalid_task_uids"],
    ["/4294967296", "invalid_task_uids"],
    ["/5/documents", "feature_not_enabled"],
    ["/9999", "task_not_found"],
  ])("%s is %s", async (path, code) => {
    await begin(1);
    expect((await gateway.send("GET", `/tasks${path}`)).body.code).toBe(code);
  });
});
