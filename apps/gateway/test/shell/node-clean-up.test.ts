import pino from "pino";
import { afterEach, expect, it } from "vitest";
import { cleanUpNodes } from "../../src/tasks/node-clean-up.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

const KEEP_MS = 600_000;
const WRITES = 110;
let gateway: TestGateway;
afterEach(() => gateway.close());

/** A round as it would be that much later. */
function cleanUp(laterMs: number): Promise<void> {
  const clock = { now: () => Date.now() + laterMs };
  const { store, context } = gateway;
  return cleanUpNodes({ store, cluster: context.cluster, log: pino({ level: "silent" }), clock, keepMs: KEEP_MS });
}

/** How many tasks a node has, once it has done all it has to do. */
async function tasksOn(position: number): Promise<number> {
  for (;;) {
    const open = await gateway.sendToNode(position, "GET", "/tasks?statuses=enqueued,processing");
    if (open.body.total === 0) return (await gateway.sendToNode(position, "GET", "/tasks?limit=1")).body.total;
  }
}

async function begin(): Promise<void> {
  gateway = await startTestGateway({ nodes: 2, replicationFactor: 2 });
  const ids = Array.from({ length: WRITES }, (_, id) => id);
  const asked = ids.map((id) => gateway.send("POST", "/indexes/films/documents", [{ id }]));
  for (const { body } of await Promise.all(asked)) await waitForTask(gateway.send, body.taskUid);
}

it(
  "deletes finished node tasks once they are old, whoever sent them",
  async () => {
    await begin();
    await cleanUp(KEEP_MS - 30_000);
    for (const position of [0, 1]) expect(await tasksOn(position)).toBeGreaterThanOrEqual(WRITES);
    await cleanUp(KEEP_MS + 1_000);
    // What is left is the deletion itself.
    for (const position of [0, 1]) expect(await tasksOn(position)).toBe(1);
    await cleanUp(KEEP_MS + 1_000);
    for (const position of [0, 1]) expect(await tasksOn(position)).toBe(1);
    expect((await gateway.send("GET", "/tasks?limit=1")).body.total).toBe(WRITES);
    expect((await gateway.send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(WRITES);
    const task = await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: WRITES }]);
    expect(task.status).toBe("succeeded");
  },
  TEST_TIMEOUT_MS,
);

it(
  "keeps what may belong to a task that has not ended, and goes on where a node does not answer",
  async () => {
    await begin();
    const nodeTasks = { [gateway.nodeId(0)]: { uid: 1, status: "enqueued" as const } };
    const { uid } = await gateway.store.tasks.create({ indexUid: "films", type: "indexUpdate", nodeTasks });
    await cleanUp(KEEP_MS * 2);
    expect(await tasksOn(0)).toBeGreaterThanOrEqual(WRITES);
    expect(await tasksOn(1)).toBe(1);
    await gateway.store.tasks.transition(uid, { status: "failed" });
    await gateway.nodes[1]?.stop();
    await cleanUp(KEEP_MS * 2);
    expect(await tasksOn(0)).toBe(1);
  },
  TEST_TIMEOUT_MS,
);
