import type { Store } from "@miroir/store-contract";

/** What a row of a table belongs to, where it belongs to something. */
interface Place {
  readonly index: string;
  readonly node: string;
  readonly canary: string;
}

/** A table's rows for measuring. */
export interface Sample {
  /** What a row holds, for people. */
  readonly holds: string;
  /** Writes row `i`. Rows differ in what their keys say only, and equally long, so that a few of them tell what many take. */
  write(store: Store, i: number, place: Place): Promise<unknown>;
}

const HOUR_MS = 3_600_000;
/** Far more than are written: nothing goes for want of room while we measure. */
const BOUND = 1_000_000;
/** Times as they are now, so that they take as many digits. */
const STARTED_AT = 1_760_000_000_000;

const digits = (i: number): string => String(i).padStart(6, "0");
/** As long as a UUID. */
const uuid = (i: number): string => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;
/** As long as a SHA-256 digest in hex. */
const hex = (i: number): string => i.toString(16).padStart(64, "0");
/** How many runs a canary keeps, which is as many as it can be told to. */
const RUNS_KEPT = 1000;

/** All in one place, so that the indexes by place are long ones; runs go on with the next canary when one has all it keeps. */
export const placeOf = (i: number): Place => ({
  index: `products-${digits(0)}`,
  node: "node-0",
  canary: `canary-${digits(Math.floor(i / RUNS_KEPT))}`,
});

const text = (bytes: number): string => "x".repeat(bytes);

const nodeTasks = (i: number) =>
  Object.fromEntries(
    Array.from({ length: 5 }, (_, n) => [`node-${n}`, { uid: 10_000 + i, status: "succeeded" as const }]),
  );

/** Tables in the schema's order; counters and counts of tasks come by themselves. */
export const SAMPLES = {
  tasks: {
    holds: "a succeeded document addition on 5 nodes",
    async write(store, i, { index: indexUid }) {
      const { uid } = await store.tasks.create({ indexUid, type: "documentAdditionOrUpdate", nodeTasks: nodeTasks(i) });
      const details = { receivedDocuments: 1000, indexedDocuments: 1000 };
      const times = { startedAt: STARTED_AT, finishedAt: STARTED_AT + 1000 };
      await store.tasks.transition(uid, { status: "succeeded", details, ...times });
    },
  },
  nodeSettingsVersion: {
    holds: "one node's version of one index",
    write: (store, i, { node }) => store.nodeSettingsVersion.advance(`products-${digits(i)}`, node, 3),
  },
  aliases: {
    holds: "a name for one index, never flipped",
    write: (store, i) =>
      store.aliases.create(`alias-${digits(i)}`, { kind: "single", currentUid: `products-${digits(i)}` }),
  },
  sessions: {
    holds: "a session id of 36 bytes, pinned to one index",
    write: (store, i, { index: indexUid }) =>
      store.sessions.recordWrite(
        uuid(i),
        { indexUid, taskUid: 10_000 + i, group: 0, settingsVersion: 3 },
        { ttlMs: HOUR_MS, maxSessions: BOUND },
      ),
  },
  idempotencyCache: {
    holds: "a key of 36 bytes, its answer of 150 bytes",
    async write(store, i) {
      const [scope, key] = [hex(0), uuid(i)];
      const bounds = { ttlMs: HOUR_MS, reservationMs: HOUR_MS, maxEntries: BOUND };
      const reserved = await store.idempotencyCache.reserve({ scope, key, bodySha256: Buffer.alloc(32), ...bounds });
      if (reserved.outcome !== "reserved") throw new Error(`the key is ${reserved.outcome}`);
      const answer = { taskUid: 10_000 + i, status: 202, body: text(150) };
      await store.idempotencyCache.complete(scope, key, reserved.token, answer);
    },
  },
  jobs: {
    holds: "a queued job, its parameters of 200 bytes",
    write: (store, i) =>
      store.jobs.enqueue({ id: uuid(i), type: "reindex", params: { plan: text(189) }, dedupeKey: `key-${digits(i)}` }),
  },
  leaderLease: {
    holds: "a lease that is held, without state",
    write: (store, i) => store.leaderLease.acquire(`settings:products-${digits(i)}`, uuid(0), HOUR_MS),
  },
  canaries: {
    holds: "a query of 100 bytes, two assertions",
    write: (store, i, { index: indexUid }) =>
      store.canaries.put({
        ...{ id: `canary-${digits(i)}`, name: `Canary ${digits(i)}`, indexUid, intervalMs: 60_000, enabled: true },
        query: { q: text(92) },
        assertions: [
          { type: "min_hits", value: 1 },
          { type: "max_latency_ms", value: 200 },
        ],
      }),
  },
  canaryRuns: {
    holds: "a run that passed",
    write: (store, i, { canary }) =>
      store.canaryRuns.record(
        { canaryId: canary, runId: uuid(i), status: "pass", latencyMs: 12, failedAssertions: null },
        RUNS_KEPT,
      ),
  },
  cdcCursors: {
    holds: "one sink's place in one index",
    write: (store, i) => store.cdcCursors.advance("sink-0001", `products-${digits(i)}`, 0, 1_000_000),
  },
  tenantMap: {
    holds: "an API key's digest, a tenant's id of 36 bytes",
    write: (store, i) =>
      store.tenantMap.put({ apiKeyHash: Buffer.from(hex(i), "hex"), tenantId: uuid(i), groupId: null }),
  },
  rolloverPolicies: {
    holds: "all triggers, a retention, a template",
    write: (store, i) =>
      store.rolloverPolicies.put({
        ...{ name: `policy-${digits(i)}`, writeAlias: "logs-write", readAlias: "logs-read", enabled: true },
        ...{ pattern: "logs-{YYYY}.{MM}.{DD}", retention: { keepIndexes: 14 } },
        triggers: { maxDocs: 10_000_000, maxAgeMs: 86_400_000, maxSizeBytes: 10_000_000_000 },
        template: { primaryKey: "id", settingsRef: "logs-template" },
      }),
  },
  searchUiConfig: {
    holds: "a configuration of 500 bytes",
    write: (store, i) => store.searchUiConfig.put(`products-${digits(i)}`, { page: text(489) }, null),
  },
  adminSessions: {
    holds: "a log-in, its user agent of 100 bytes",
    write: (store, i) =>
      store.adminSessions.create({
        ...{ sessionId: uuid(i), csrfToken: uuid(i), adminKeyHash: hex(0), ttlMs: HOUR_MS },
        ...{ userAgent: text(100), sourceIp: "192.0.2.10" },
      }),
  },
  indexes: {
    holds: "an index and its primary key",
    write: (store, i) =>
      store.indexes.create({ uid: `products-${digits(i)}`, physicalUid: `products-${digits(i)}`, primaryKey: "id" }),
  },
  apiKeys: {
    holds: "a name, a description of 50 bytes, one action, one pattern",
    write: (store, i) =>
      store.apiKeys.create({
        ...{ uid: uuid(i), name: "Search key", description: text(50), expiresAt: null },
        ...{ actions: ["search"], indexes: ["products*"] },
      }),
  },
  webhooks: {
    holds: "a URL of 60 bytes, one header of 60",
    write: (store, i) =>
      store.webhooks.put({ uuid: uuid(i), url: text(60), headers: { authorization: text(47) } }, null, 1_000_000_000),
  },
  writeHints: {
    holds: "ten shards of one index on one node",
    write: (store, i, { node }) => store.writeHints.note(node, `products-${digits(i)}`, [...Array(10).keys()]),
  },
  gateways: {
    holds: "a gateway's id of 36 bytes and its address",
    write: (store, i) => store.gateways.heartbeat(uuid(i), "http://192.0.2.10:7700", HOUR_MS),
  },
  rateLimits: {
    holds: "one caller's count",
    write: (store, i) => store.rateLimits.consume("search", `192.0.2.${digits(i)}`, { limit: 100, windowMs: HOUR_MS }),
  },
  loginBackoff: {
    holds: "one caller's failures",
    write: (store, i) => store.loginBackoff.recordFailure(`192.0.2.${digits(i)}`),
  },
  cdcOverflow: {
    holds: "an event of 500 bytes",
    write: (store, i) =>
      store.cdcOverflow.append("sink-0001", [{ position: 1_000_001 + i, event: text(500) }], 1_000_000_000),
  },
  scopedKeys: {
    holds: "an index's key, rotated once",
    write: (store, i) => store.scopedKeys.rotate(`products-${digits(i)}`, uuid(i), 0),
  },
} satisfies Readonly<Record<string, Sample>>;

export type SampledTable = keyof typeof SAMPLES;
