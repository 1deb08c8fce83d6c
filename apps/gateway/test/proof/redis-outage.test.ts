import { createDevNode, type DevNode } from "@miroir/dev-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSend, type Send, sendAndWait, waitForTask } from "../support/http.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";
import { type StoppableRedis, startStoppableRedis } from "../support/stoppable-redis.ts";

/** How long Redis is stopped. */
const STOP_MS = process.env.MIROIR_TEST_DEEP ? 10_000 : 2_500;
/** Load before the stop. */
const WARM_MS = 1_000;
const HEAL_TIMEOUT_MS = 30_000;
const TEST_MS = STOP_MS + 120_000;
/** Between two requests of one client: the load must not be what makes answers late. */
const THINK_MS = 10;
const FILMS = 30;
const PROMISED_MS = 1_000;
/** How often a refused write waits for its turn: at the server, in the line of its index, at the store. */
const TURNS = 3;

const KINDS = ["search", "get", "write", "task", "health"] as const;
type Kind = (typeof KINDS)[number];
const CLIENTS: Record<Kind, number> = { search: 3, get: 2, write: 6, task: 1, health: 1 };
/** Writes to one index go one after another, so that each of these has a line of its own. */
const INDEXES = ["a", "b", "c"];

interface Record_ {
  readonly kind: Kind;
  readonly startedAt: number;
  readonly ms: number;
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | null;
  /** Whether a read had all it was to have. */
  readonly isWhole: boolean;
}

let redis: StoppableRedis;
let nodes: DevNode[];
let gateways: Started[];

beforeEach(async () => {
  [redis, nodes, gateways] = [await startStoppableRedis(), [0, 1, 2].map(() => createDevNode()), []];
  const addresses = await Promise.all(nodes.map((node) => node.listen()));
  const env = {
    MIROIR_NODES: addresses.join(","),
    MIROIR_TASK_STORE_BACKEND: "redis",
    MIROIR_TASK_STORE_URL: redis.url,
    MIROIR_SERVER_PORT: "0",
    MIROIR_LOG_LEVEL: "silent",
  };
  gateways = await Promise.all([0, 1].map(() => startProcess(GATEWAY, [], env)));
}, TEST_MS);

afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.end("SIGKILL")));
  await Promise.all(nodes.map((node) => node.close()));
  await redis.stop();
}, TEST_MS);

/** Both gateways behind one name, each request to the next. */
function roundRobin(): Send {
  const sends = gateways.map(({ address }) => createSend(address));
  let turn = 0;
  return (...args) => (sends[turn++ % sends.length] as Send)(...args);
}

/** Clients that ask until they are told to stop; what they were answered, and what was acknowledged to them. */
function startLoad(send: Send) {
  const records: Record_[] = [];
  /** Where the document is, by the task that was to add it. */
  const acknowledged = new Map<number, string>();
  let isOver = false;
  let nextId = FILMS;

  const requests: Record<Kind, () => Promise<[Awaited<ReturnType<Send>>, boolean]>> = {
    async search() {
      const answer = await send("POST", "/indexes/films/search", { q: "film", limit: FILMS });
      return [answer, answer.body?.hits?.length === FILMS && !answer.headers.has("x-miroir-degraded")];
    },
    async get() {
      const id = records.length % FILMS;
      const answer = await send("GET", `/indexes/films/documents/${id}`);
      return [answer, answer.body?.id === id];
    },
    async write() {
      const id = nextId++;
      const documents = `/indexes/${INDEXES[id % INDEXES.length]}/documents`;
      const answer = await send("POST", documents, [{ id, title: `film ${id}` }]);
      if (answer.status === 202) acknowledged.set(answer.body.taskUid, `${documents}/${id}`);
      return [answer, true];
    },
    async task() {
      return [await send("GET", "/tasks/0"), true];
    },
    // Needs no store: what the machine itself makes late.
    async health() {
      return [await send("GET", "/health"), true];
    },
  };

  async function client(kind: Kind): Promise<void> {
    while (!isOver) {
      const startedAt = performance.now();
      const [{ status, body, headers }, isWhole] = await requests[kind]();
      const ms = performance.now() - startedAt;
      const retryAfter = headers.get("retry-after");
      records.push({ kind, startedAt, ms, status, code: body?.code, retryAfter, isWhole });
      await sleep(THINK_MS);
    }
  }
  const clients = KINDS.flatMap((kind) => Array.from({ length: CLIENTS[kind] }, () => client(kind)));
  return {
    records,
    acknowledged,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const worst = (records: readonly Record_[]) => Math.round(Math.max(0, ...records.map(({ ms }) => ms)));
const middle = (records: readonly Record_[]) =>
  Math.round(records.map(({ ms }) => ms).sort((a, b) => a - b)[Math.floor(records.length / 2)] ?? 0);

const WAYS = {
  "is frozen and thawed": {
    stop: async () => redis.freeze(),
    start: async () => redis.thaw(),
  },
  "is killed with -9 and started again": {
    stop: () => redis.kill(),
    start: () => redis.restart(),
  },
};

describe.each(Object.entries(WAYS))("two gateways whose Redis %s", (_, way) => {
  it(
    "go on reading, refuse writes soon and lose nothing they acknowledged",
    async ({ task }) => {
      const send = roundRobin();
      const films = Array.from({ length: FILMS }, (_, id) => ({ id, title: `film ${id}` }));
      await sendAndWait(send, "POST", "/indexes/films/documents", films);
      for (const uid of INDEXES) await sendAndWait(send, "POST", "/indexes", { uid, primaryKey: "id" });

      const load = startLoad(send);
      await sleep(WARM_MS);
      const stoppedAt = performance.now();
      await way.stop();
      await sleep(STOP_MS);
      await way.start();
      const startedAt = performance.now();
      const accepts = () =>
        load.records.some((record) => record.startedAt > startedAt && record.kind === "write" && record.status === 202);
      await expect.poll(accepts, { timeout: HEAL_TIMEOUT_MS, interval: 5 }).toBe(true);
      const healedAt = performance.now();
      await sleep(WARM_MS);
      await load.stop();

      const during = load.records.filter((record) => record.startedAt >= stoppedAt && record.startedAt < startedAt);
      const of = (...kinds: Kind[]) => during.filter(({ kind }) => kinds.includes(kind));
      const reads = of("search", "get");
      const refused = load.records.filter(({ status }) => status === 503);
      task.meta.figures = {
        stopped_ms: Math.round(startedAt - stoppedAt),
        searches: of("search").length,
        searches_worst_ms: worst(of("search")),
        searches_median_ms: middle(of("search")),
        gets: of("get").length,
        gets_worst_ms: worst(of("get")),
        refused: refused.length,
        refused_worst_ms: worst(during.filter(({ status }) => status === 503)),
        refused_median_ms: middle(refused),
        health_worst_ms: worst(of("health")),
        acknowledged: load.acknowledged.size,
        healed_after_ms: Math.round(healedAt - startedAt),
      };

      expect(reads.length).toBeGreaterThan(0);
      const readsOfAll = load.records.filter(({ kind }) => kind === "search" || kind === "get");
      expect(readsOfAll.filter(({ status, isWhole }) => status !== 200 || !isWhole)).toEqual([]);
      expect(refused.filter(({ kind }) => kind === "write").length).toBeGreaterThan(0);
      expect(refused.filter(({ kind }) => kind === "task").length).toBeGreaterThan(0);
      const expected = { code: "miroir_store_unavailable", retryAfter: expect.stringMatching(/^\d+$/) };
      for (const record of refused) expect(record).toMatchObject(expected);
      const others = load.records.filter(({ status }) => ![200, 202, 503].includes(status));
      expect(others).toEqual([]);
      // What needs no store shows how late every turn of a request is on this machine at the moment.
      expect(worst(during)).toBeLessThan(
        PROMISED_MS + TURNS * worst(load.records.filter(({ kind }) => kind === "health")),
      );

      for (const [taskUid, path] of load.acknowledged) {
        expect(await waitForTask(send, taskUid)).toMatchObject({
          uid: taskUid,
          status: "succeeded",
          details: { receivedDocuments: 1, indexedDocuments: 1 },
        });
        expect((await send("GET", path)).status).toBe(200);
      }
      // Also those whose acknowledgement was lost with the connection.
      const unfinished = async () => (await send("GET", "/tasks?statuses=enqueued,processing&limit=0")).body.total;
      await expect.poll(unfinished, { timeout: HEAL_TIMEOUT_MS, interval: 20 }).toBe(0);
    },
    TEST_MS,
  );
});
