import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Store } from "../src/store.ts";
import { canary, run } from "./canary-samples.ts";
import { HOSTILE_KEYS, HOSTILE_PAIRS } from "./hostile.ts";
import type { ConformanceTest, TestContext } from "./subject.ts";

/** A key of the contract: how a row with it is written, marked with a number, and how the mark is read back. */
interface KeyCase {
  write(t: TestContext, first: string, second: string, mark: number): Promise<unknown>;
  /** The mark; anything else where the row is lost, doubled or another's. */
  read(t: TestContext, first: string, second: string): Promise<unknown>;
}

const sha256 = (...parts: string[]) => createHash("sha256").update(JSON.stringify(parts)).digest();
const policy = { writeAlias: "w", readAlias: "r", triggers: {}, retention: { keepIndexes: 1 }, template: {} };
const newTask = { type: "t", nodeTasks: {} };
const adminSession = { adminKeyHash: "07".repeat(32), ttlMs: 1000, userAgent: null, sourceIp: null };
const events = (mark: number) => [{ position: 1, event: String(mark) }];
const apiKey = { description: null, actions: [], indexes: [], expiresAt: null };
const pin = (taskUid: number, indexUid = "i") => ({ indexUid, taskUid, group: 0, settingsVersion: 0 });
const bounds = { ttlMs: 1000, maxSessions: 1000 };
const reservation = (first: string, second: string) => ({
  scope: first,
  key: second,
  bodySha256: sha256(first, second),
  ttlMs: 1000,
  reservationMs: 1000,
  maxEntries: 1000,
});
const onlyOne = (rows: readonly { details: Record<string, unknown> | null }[]) =>
  rows.length === 1 ? rows[0]?.details?.mark : rows.length;

/** Keys of one part. */
const ONE = {
  "tasks.create (index uid)": {
    write: ({ store }, key, _, mark) => store.tasks.create({ ...newTask, indexUid: key, details: { mark } }),
    read: async ({ store }, key) => onlyOne((await store.tasks.list({ indexUids: [key] }, {})).items),
  },
  "tasks.create (type)": {
    write: ({ store }, key, _, mark) =>
      store.tasks.create({ ...newTask, type: key, indexUid: null, details: { mark } }),
    read: async ({ store }, key) => onlyOne((await store.tasks.list({ types: [key] }, {})).items),
  },
  "tasks.updateNodeTasks (node id)": {
    write: async ({ store }, key, _, mark) => {
      if ((await store.tasks.get(0)) === null) await store.tasks.create({ ...newTask, indexUid: null });
      await store.tasks.updateNodeTasks(0, Object.fromEntries([[key, { uid: mark, status: "enqueued" }]]));
    },
    read: async ({ store }, key) => new Map(Object.entries((await store.tasks.get(0))?.nodeTasks ?? {})).get(key)?.uid,
  },
  "aliases.create": {
    write: ({ store }, key, _, mark) => store.aliases.create(key, { kind: "single", currentUid: `${mark}` }),
    read: async ({ store }, key) => Number((await store.aliases.get(key))?.currentUid),
  },
  "sessions.recordWrite": {
    write: ({ store }, key, _, mark) => store.sessions.recordWrite(key, pin(mark), bounds),
    read: async ({ store }, key) => (await store.sessions.get(key))?.pins.i?.taskUid,
  },
  "sessions.recordWrite (index uid)": {
    write: ({ store }, key, _, mark) => store.sessions.recordWrite("s", pin(mark, key), bounds),
    read: async ({ store }, key) =>
      new Map(Object.entries((await store.sessions.get("s"))?.pins ?? {})).get(key)?.taskUid,
  },
  "jobs.enqueue (id)": {
    write: ({ store }, key, _, mark) => store.jobs.enqueue({ id: key, type: "t", params: { mark } }),
    read: async ({ store }, key) => (await store.jobs.get(key))?.params.mark,
  },
  "jobs.enqueue (dedupe key)": {
    write: ({ store }, key, _, mark) => store.jobs.enqueue({ dedupeKey: key, type: "t", params: { mark } }),
    read: async ({ store }, key) => (await store.jobs.enqueue({ dedupeKey: key, type: "t", params: {} })).params.mark,
  },
  "jobs.enqueue (type)": {
    write: ({ store }, key, _, mark) => store.jobs.enqueue({ type: key, params: { mark } }),
    read: async ({ store }, key) => (await store.jobs.claim("w", [key], 1000))?.params.mark,
  },
  "leaderLease.acquire": {
    write: ({ store }, key, _, mark) => store.leaderLease.acquire(key, `${mark}`, 1000),
    read: async ({ store }, key) => Number((await store.leaderLease.get(key))?.holder),
  },
  "canaries.put": {
    write: ({ store }, key, _, mark) => store.canaries.put(canary(key, { intervalMs: mark + 1 })),
    read: async ({ store }, key) => Number((await store.canaries.get(key))?.intervalMs) - 1,
  },
  "rolloverPolicies.put": {
    write: ({ store }, key, _, mark) =>
      store.rolloverPolicies.put({ ...policy, name: key, pattern: `${mark}`, enabled: true }),
    read: async ({ store }, key) => Number((await store.rolloverPolicies.get(key))?.pattern),
  },
  "searchUiConfig.put": {
    write: ({ store }, key, _, mark) => store.searchUiConfig.put(key, { mark }, null),
    read: async ({ store }, key) => (await store.searchUiConfig.get(key))?.config.mark,
  },
  "adminSessions.create": {
    write: ({ store }, key, _, mark) =>
      store.adminSessions.create({ ...adminSession, sessionId: key, csrfToken: "c", userAgent: `${mark}` }),
    read: async ({ store }, key) => Number((await store.adminSessions.get(key))?.userAgent),
  },
  "indexes.create": {
    write: ({ store }, key, _, mark) =>
      store.indexes.create({ uid: key, physicalUid: `p${mark}`, primaryKey: `${mark}` }),
    read: async ({ store }, key) => Number((await store.indexes.get(key))?.primaryKey),
  },
  "indexes.create (physical uid)": {
    write: ({ store }, key, _, mark) =>
      store.indexes.create({ uid: `i${mark}`, physicalUid: key, primaryKey: `${mark}` }),
    read: async ({ store }, key) =>
      Number((await store.indexes.list({ limit: 1000 })).items.find((row) => row.physicalUid === key)?.primaryKey),
  },
  "apiKeys.create": {
    write: ({ store }, key, _, mark) => store.apiKeys.create({ ...apiKey, uid: key, name: `${mark}` }),
    read: async ({ store }, key) => Number((await store.apiKeys.get(key))?.name),
  },
  "webhooks.put": {
    write: ({ store }, key, _, mark) => store.webhooks.put({ uuid: key, url: `${mark}`, headers: {} }, null, 1000),
    read: async ({ store }, key) => Number((await store.webhooks.get(key))?.url),
  },
  "webhooks.put (header)": {
    write: ({ store }, key, _, mark) =>
      store.webhooks.put({ uuid: `${mark}`, url: "", headers: { [key]: `${mark}` } }, null, 1000),
    read: async ({ store }, key) =>
      Number(
        (await store.webhooks.list({ limit: 1000 })).items
          .flatMap(({ headers }) => Object.entries(headers))
          .find(([name]) => name === key)?.[1],
      ),
  },
  "gateways.heartbeat": {
    write: ({ store }, key, _, mark) => store.gateways.heartbeat(key, `${mark}`, 1000),
    read: async ({ store }, key) =>
      Number((await store.gateways.list({ limit: 1000 })).items.find((row) => row.gatewayId === key)?.address),
  },
  "loginBackoff.recordFailure": {
    write: async ({ store }, key, _, mark) => {
      for (let i = 0; i < (mark % 3) + 1; i++) await store.loginBackoff.recordFailure(key);
    },
    // Few failures are told apart only by their number; a key that another's rows reach has more than it made.
    read: async ({ store }, key) => (await store.loginBackoff.check(key)).failures,
  },
  "cdcOverflow.append": {
    write: ({ store }, key, _, mark) => store.cdcOverflow.append(key, events(mark), 100),
    read: async ({ store }, key) => Number((await store.cdcOverflow.read(key, 0, 10))[0]?.event),
  },
  "scopedKeys.rotate": {
    write: ({ store }, key, _, mark) => store.scopedKeys.rotate(key, `${mark}`, 0),
    read: async ({ store }, key) => Number((await store.scopedKeys.get(key))?.currentUid),
  },
} satisfies Record<string, KeyCase>;

async function withScopedKey(store: Store, indexUid: string): Promise<void> {
  if ((await store.scopedKeys.get(indexUid)) === null) await store.scopedKeys.rotate(indexUid, "key", 0);
}

/** Keys of two parts. */
const TWO = {
  "nodeSettingsVersion.advance": {
    write: ({ store }, first, second, mark) => store.nodeSettingsVersion.advance(first, second, mark),
    read: async ({ store }, first, second) => (await store.nodeSettingsVersion.get(first, second))?.version,
  },
  "idempotencyCache.reserve": {
    write: async ({ store }, first, second, mark) => {
      const reserved = await store.idempotencyCache.reserve(reservation(first, second));
      const token = reserved.outcome === "reserved" ? reserved.token : reserved.outcome;
      await store.idempotencyCache.complete(first, second, token, { taskUid: mark, status: 202, body: "" });
    },
    read: async ({ store }, first, second) => {
      const found = await store.idempotencyCache.reserve(reservation(first, second));
      return found.outcome === "done" ? found.taskUid : found.outcome;
    },
  },
  "canaryRuns.record": {
    write: async ({ store }, first, second, mark) => {
      if ((await store.canaries.get(first)) === null) await store.canaries.put(canary(first));
      await store.canaryRuns.record({ ...run(first, second), latencyMs: mark }, 1000);
    },
    read: async ({ store }, first, second) =>
      (await store.canaryRuns.list(first, { limit: 1000 })).items.find((row) => row.runId === second)?.latencyMs,
  },
  "cdcCursors.advance": {
    write: ({ store }, first, second, mark) => store.cdcCursors.advance(first, second, 0, mark + 1),
    read: async ({ store }, first, second) => Number((await store.cdcCursors.get(first, second))?.lastEventSeq) - 1,
  },
  "rateLimits.consume": {
    write: ({ store }, first, second, mark) =>
      store.rateLimits.consume(first, second, { limit: 2, windowMs: 1000 + mark }),
    read: async ({ store, clock }, first, second) =>
      (await store.rateLimits.consume(first, second, { limit: 2, windowMs: 1 })).resetAt - clock.now() - 1000,
  },
  "writeHints.note": {
    write: ({ store }, first, second, mark) => store.writeHints.note(first, second, [mark]),
    read: async ({ store }, first, second) => {
      const shards = (await store.writeHints.get(first, second))?.shards ?? [];
      return shards.length === 1 ? shards[0] : shards;
    },
  },
  "scopedKeys.observe": {
    write: async ({ store }, first, second, mark) => {
      await withScopedKey(store, first);
      await store.scopedKeys.observe(first, second, mark + 1);
    },
    read: async ({ store }, first, second) => {
      const { items } = await store.scopedKeys.listObservations(first, { limit: 1000 });
      return Number(items.find((row) => row.gatewayId === second)?.generation) - 1;
    },
  },
} satisfies Record<string, KeyCase>;

const keepsApart =
  (
    { write, read }: KeyCase,
    pairs: readonly (readonly [string, string])[],
    marked = (mark: number) => mark,
  ): ConformanceTest =>
  async (t) => {
    for (const [mark, [first, second]] of pairs.entries()) await write(t, first, second, mark);
    const expected = pairs.map((pair, mark) => ({ pair, mark: marked(mark) }));
    const found = [];
    for (const pair of pairs) found.push({ pair, mark: await read(t, pair[0], pair[1]) });
    expect(found).toEqual(expected);
  };

const pairs = [
  ...HOSTILE_PAIRS,
  ...HOSTILE_KEYS.map((key) => [key, "second"] as const),
  ...HOSTILE_KEYS.map((key) => ["first", key] as const),
];

/** That hostile keys are accepted, and that no two of them ever meet. */
export const keyTests = {
  ...(Object.fromEntries(
    Object.entries(ONE).map(([name, one]) => [
      name,
      keepsApart(
        one,
        HOSTILE_KEYS.map((key) => [key, ""]),
        name.startsWith("loginBackoff") ? (mark) => (mark % 3) + 1 : undefined,
      ),
    ]),
  ) as Record<keyof typeof ONE, ConformanceTest>),
  ...(Object.fromEntries(Object.entries(TWO).map(([name, two]) => [name, keepsApart(two, pairs)])) as Record<
    keyof typeof TWO,
    ConformanceTest
  >),
};
