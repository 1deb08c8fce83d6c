import { startRedis, type TestRedis, testPrefix } from "@miroir/store/test-redis";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { startLine } from "../support/line.ts";
import { NODE_KEY, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";

let redis: TestRedis;
let nodes: TestNode[];
let gateways: Started[];

beforeEach(async () => {
  gateways = [];
  [redis, nodes] = await Promise.all([startRedis(), startNodes(3)]);
});

afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.end("SIGKILL")));
  await Promise.all(nodes.map((node) => node.stop()));
  await redis.stop();
});

async function startGateway(url: string, prefix: string): Promise<Started> {
  const gateway = await startProcess(GATEWAY, [], {
    MIROIR_NODES: nodes.map(({ address }) => address).join(","),
    MIROIR_NODE_MASTER_KEY: NODE_KEY,
    MIROIR_TASK_STORE_BACKEND: "redis",
    MIROIR_TASK_STORE_URL: url,
    MIROIR_TASK_STORE_PREFIX: prefix,
    MIROIR_SERVER_PORT: "0",
    MIROIR_PEERS_HEARTBEAT_MS: "200",
    MIROIR_LOG_LEVEL: "silent",
  });
  gateways.push(gateway);
  return gateway;
}

it(
  "brings the tasks of a gateway that was killed with -9 to their end through another",
  async ({ skip }) => {
    if (nodes.some(({ faults }) => faults === undefined)) skip("real nodes cannot be told to stall their tasks");
    const prefix = testPrefix();
    const [a, b] = await Promise.all([startGateway(redis.url, prefix), startGateway(redis.url, prefix)]);
    const stalls = nodes.map(({ faults }) => faults?.add({ stallTasks: true }));
    const acknowledged: number[] = [];
    for (let id = 0; id < 20; id++) {
      const { status, body } = await createSend(a.address)("POST", "/indexes/films/documents", [{ id }]);
      expect(status).toBe(202);
      acknowledged.push(body.taskUid);
    }
    await a.end("SIGKILL");
    for (const resume of stalls) resume?.();

    const send = createSend(b.address);
    for (const uid of acknowledged) expect(await waitForTask(send, uid)).toMatchObject({ uid, status: "succeeded" });
    expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(20);
  },
  TEST_TIMEOUT_MS,
);

it(
  "goes on reading and refuses writes while Redis is away, and heals by itself",
  async () => {
    const line = await startLine(redis.url);
    const send = createSend((await startGateway(line.url, testPrefix())).address);
    const documents = Array.from({ length: 30 }, (_, id) => ({ id, title: `film ${id}` }));
    await sendAndWait(send, "POST", "/indexes/films/documents", documents);
    expect((await send("POST", "/indexes/films/search", { q: "film", limit: 30 })).body.hits).toHaveLength(30);

    await line.cut();
    for (let round = 0; round < 5; round++) {
      const [found, document, written] = await Promise.all([
        send("POST", "/indexes/films/search", { q: "film", limit: 30 }),
        send("GET", "/indexes/films/documents/7"),
        send("POST", "/indexes/films/documents", [{ id: 100, title: "refused" }]),
      ]);
      expect([found.status, found.body.hits]).toEqual([200, expect.objectContaining({ length: 30 })]);
      expect(document.body).toEqual(documents[7]);
      expect([written.status, written.body.code]).toEqual([503, "miroir_store_unavailable"]);
      expect(written.headers.get("retry-after")).toMatch(/^\d+$/);
    }
    await line.mend();

    await expect.poll(async () => (await send("GET", "/tasks?limit=1")).status, { timeout: TEST_TIMEOUT_MS }).toBe(200);
    const task = await sendAndWait(send, "POST", "/indexes/films/documents", [{ id: 30, title: "film 30" }]);
    expect(task).toMatchObject({ uid: 1, status: "succeeded" });
    expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(31);
    await line.cut();
  },
  TEST_TIMEOUT_MS,
);
