import type { Store } from "@miroir/store-contract";

/**
 * A row that is written several times, one write after another. What a store holds of it later shows how many of the writes are in it.
 * The name of a chain is the key of its row.
 */
interface Chain {
  /** Writes in order; each waits for the one before. `text` is something long to keep. */
  steps(store: Store, name: string, text: string): readonly (() => Promise<unknown>)[];
  /** How many of the steps are in the store, by chain. @throws Error for a row that no number of steps would leave. */
  progress(store: Store): Promise<Map<string, number>>;
}

const LONG_MS = 24 * 3600 * 1000;
const ALL = { limit: 1000 };

type Read = Store["rows"]["read"];
type Table = Parameters<Read>[0];

async function rowsOf(store: Store, table: Table): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.rows.read(table, { ...ALL, cursor });
    if (page.unreadable.length > 0) throw new Error(`${table}: ${JSON.stringify(page.unreadable)}`);
    rows.push(...page.items.map((row) => ({ ...row })));
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

/** The progress of chains whose rows are in one table. */
const progressIn =
  (table: Table, key: string, stepOf: (row: Record<string, unknown>) => number | null) =>
  async (store: Store): Promise<Map<string, number>> => {
    const progress = new Map<string, number>();
    for (const row of await rowsOf(store, table)) {
      const step = stepOf(row);
      if (step === null || step < 1) throw new Error(`a row of ${table} that no steps leave: ${JSON.stringify(row)}`);
      progress.set(String(row[key]), step);
    }
    return progress;
  };

/** The step whose values a row has, all of them and no others; steps count from 1. */
const stepLike =
  (...steps: readonly Record<string, (value: unknown) => boolean>[]) =>
  (row: Record<string, unknown>) => {
    const at = steps.findIndex((values) => Object.entries(values).every(([column, is]) => is(row[column])));
    return at === -1 ? null : at + 1;
  };
const is = (expected: unknown) => (value: unknown) => value === expected;
const set = (value: unknown): boolean => value !== null;

const task: Chain = {
  steps(store, name, text) {
    let uid = -1;
    const nodeTasks = { node: { uid: 7, status: "enqueued" } } as const;
    const create = { indexUid: "movies", type: "t", nodeTasks, customMetadata: name };
    return [
      async () => {
        uid = (await store.tasks.create(create)).uid;
      },
      () => store.tasks.transition(uid, { status: "processing" }),
      () => store.tasks.transition(uid, { status: "succeeded", details: { text } }),
    ];
  },
  progress: progressIn(
    "tasks",
    "customMetadata",
    stepLike(
      { status: is("enqueued"), startedAt: is(null), finishedAt: is(null), details: is(null) },
      { status: is("processing"), startedAt: set, finishedAt: is(null), details: is(null) },
      { status: is("succeeded"), startedAt: set, finishedAt: set, details: set },
    ),
  ),
};

const job: Chain = {
  steps(store, name, text) {
    let token = "";
    return [
      () => store.jobs.enqueue({ id: name, type: name, params: { text }, dedupeKey: `dedupe ${name}` }),
      async () => {
        token = (await store.jobs.claim("worker", [name], LONG_MS))?.claimToken ?? "";
      },
      () => store.jobs.heartbeat(name, token, { half: true }),
      () => store.jobs.complete(name, token, text),
    ];
  },
  progress: progressIn(
    "jobs",
    "id",
    stepLike(
      { state: is("queued"), attempts: is(0), claimToken: is(null), progress: is(null), result: is(null) },
      { state: is("in_progress"), attempts: is(1), claimToken: set, progress: is(null), result: is(null) },
      { state: is("in_progress"), attempts: is(1), claimToken: set, progress: set, result: is(null) },
      { state: is("completed"), attempts: is(1), claimedBy: is(null), progress: set, result: set, finishedAt: set },
    ),
  ),
};

const lease: Chain = {
  steps: (store, name, text) => [
    () => store.leaderLease.acquire(name, "holder", LONG_MS),
    () => store.leaderLease.saveState(name, 1, { text }),
    () => store.leaderLease.release(name, "holder", 1),
    () => store.leaderLease.acquire(name, "next", LONG_MS),
  ],
  progress: progressIn(
    "leaderLease",
    "scope",
    stepLike(
      { holder: is("holder"), epoch: is(1), state: is(null) },
      { holder: is("holder"), epoch: is(1), state: set },
      { holder: is(null), epoch: is(1), state: set },
      { holder: is("next"), epoch: is(2), state: set },
    ),
  ),
};

const idempotency: Chain = {
  steps(store, name, text) {
    let token = "";
    const limits = { ttlMs: LONG_MS, reservationMs: LONG_MS, maxEntries: 1_000_000 };
    return [
      async () => {
        const bodySha256 = Buffer.alloc(32, 7);
        const reserved = await store.idempotencyCache.reserve({ scope: "scope", key: name, bodySha256, ...limits });
        if (reserved.outcome === "reserved") token = reserved.token;
      },
      () => store.idempotencyCache.complete("scope", name, token, { taskUid: null, status: 202, body: text }),
    ];
  },
  progress: progressIn(
    "idempotencyCache",
    "key",
    stepLike({ responseStatus: is(null), responseBody: is(null) }, { responseStatus: is(202), responseBody: set }),
  ),
};

const alias: Chain = {
  steps: (store, name) => [
    () => store.aliases.create(name, { kind: "single", currentUid: "1" }),
    ...[1, 2, 3].map((at) => () => store.aliases.flip(name, { kind: "single", currentUid: String(at + 1) }, at, 10)),
  ],
  progress: progressIn("aliases", "name", (row) => {
    const isWhole = row.currentUid === String(row.version) && (row.history as unknown[]).length + 1 === row.version;
    return isWhole ? Number(row.version) : null;
  }),
};

const index: Chain = {
  steps: (store, name) => [
    () => store.indexes.create({ uid: name, physicalUid: `${name} physical`, primaryKey: null }),
    () => store.indexes.takeSequence(name, 1),
    () => store.indexes.takeSequence(name, 1),
  ],
  progress: progressIn("indexes", "uid", (row) => Number(row.nextSequence) + 1),
};

const overflow: Chain = {
  steps: (store, name, text) =>
    [1, 2, 3].map((position) => () => store.cdcOverflow.append(name, [{ position, event: text }], 10_000_000)),
  async progress(store) {
    const events = new Map<string, number>();
    for (const { sinkName } of await rowsOf(store, "cdcOverflow")) {
      events.set(String(sinkName), (events.get(String(sinkName)) ?? 0) + 1);
    }
    const sinks = await progressIn("cdcOverflowSinks", "sinkName", (row) => Number(row.lastPosition))(store);
    for (const name of new Set([...events.keys(), ...sinks.keys()])) {
      if (events.get(name) !== sinks.get(name)) throw new Error(`the sink ${name} and its events differ`);
    }
    return sinks;
  },
};

const canary: Chain = {
  steps(store, name, text) {
    const put = { id: name, name, indexUid: "i", intervalMs: 1, query: { text }, assertions: [], enabled: true };
    const run = (runId: string) => ({
      canaryId: name,
      runId,
      status: "pass" as const,
      latencyMs: 1,
      failedAssertions: null,
    });
    return [() => store.canaries.put(put), ...["a", "b"].map((id) => () => store.canaryRuns.record(run(id), 1))];
  },
  async progress(store) {
    const progress = await progressIn("canaries", "id", () => 1)(store);
    // Each run takes the place of the one before, in the same step.
    const runs = await progressIn("canaryRuns", "canaryId", (row) => (row.runId === "a" ? 2 : 3))(store);
    return new Map([...progress, ...runs]);
  },
};

const CHAINS: Readonly<Record<string, Chain>> = { task, job, lease, idempotency, alias, index, overflow, canary };
export const KINDS: readonly string[] = Object.keys(CHAINS);

const chainOf = (kind: string): Chain => {
  const chain = CHAINS[kind];
  if (chain === undefined) throw new Error(`no chain ${kind}`);
  return chain;
};

export const stepsOf = (store: Store, kind: string, name: string, text: string): readonly (() => Promise<unknown>)[] =>
  chainOf(kind).steps(store, name, text);

/** How many steps of each chain are in the store; a chain's name begins with its kind. */
export async function readProgress(store: Store): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (const kind of KINDS) for (const [name, step] of await chainOf(kind).progress(store)) all.set(name, step);
  return all;
}
