import { KEYSPACES } from "@miroir/schema";
import { readMigrations } from "@miroir/schema/migrations";
import { expect } from "vitest";
import { OBSERVATION_MS } from "../src/beside/scoped-keys.ts";
import { BACKENDS, type Store } from "../src/store.ts";
import { canary, run } from "./canary-samples.ts";
import { race, range, refused, values } from "./expecting.ts";
import type { ConformanceTest, TestContext } from "./subject.ts";

const DAY_MS = 24 * 3600 * 1000;
const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 0 };
const reservation = {
  scope: "s",
  key: "k",
  bodySha256: Buffer.alloc(32),
  ttlMs: 1000,
  reservationMs: 100,
  maxEntries: 10,
};
const adminSession = {
  sessionId: "s",
  csrfToken: "c",
  adminKeyHash: "07".repeat(32),
  ttlMs: 100,
  userAgent: null,
  sourceIp: null,
};

/** One row that expires in each table that has a deadline. */
async function writeExpiring({ store }: TestContext, name: string): Promise<void> {
  await store.sessions.recordWrite(name, pin, { ttlMs: 100, maxSessions: 10 });
  await store.idempotencyCache.reserve({ ...reservation, key: name });
  await store.adminSessions.create({ ...adminSession, sessionId: name });
  await store.gateways.heartbeat(name, "a", 100);
  await store.rateLimits.consume("b", name, { limit: 1, windowMs: 100 });
  await store.loginBackoff.recordFailure(name);
  if ((await store.scopedKeys.get("movies")) === null) await store.scopedKeys.rotate("movies", "k", 0);
  await store.scopedKeys.observe("movies", name, 1);
}
const EXPIRING = [
  "sessions",
  "idempotencyCache",
  "adminSessions",
  "gateways",
  "rateLimits",
  "loginBackoff",
  "scopedKeyObservations",
] as const;

const sizesOf = async (store: Store, tables: readonly (keyof typeof KEYSPACES)[]) => {
  const sizes = await store.sizes();
  return Object.fromEntries(tables.map((table) => [table, sizes[table]]));
};

export const storeTests = {
  "store.backend": {
    "is one of those known": async ({ store }) => {
      expect(BACKENDS).toContain(store.backend);
    },
  },
  "store.schemaVersion": {
    "is the newest migration": async ({ store }) => {
      expect(await store.schemaVersion()).toBe(readMigrations().length);
    },
  },
  "store.health": {
    "resolves while the store can be used": async ({ store }) => {
      await expect(store.health()).resolves.toBeUndefined();
    },
  },
  "store.sizes": {
    "counts the rows of every table, expired ones too": async (t) => {
      const sizes = await t.store.sizes();
      expect(Object.keys(sizes).sort()).toEqual(Object.keys(KEYSPACES).sort());
      expect(Object.values(sizes).every((size) => size === 0)).toBe(true);
      for (const name of ["a", "b"]) await writeExpiring(t, name);
      await t.store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
      await t.store.canaries.put(canary("c"));
      for (const id of ["1", "2", "3"]) await t.store.canaryRuns.record(run("c", id), 2);
      await t.store.cdcOverflow.append("sink", [{ position: 1, event: "e" }], 100);
      t.clock.advance(3 * DAY_MS);
      expect(await t.store.sessions.count()).toBe(0);
      const { counters: _, taskCounts: __, ...rest } = await t.store.sizes();
      expect(rest).toEqual({
        ...Object.fromEntries(Object.keys(rest).map((table) => [table, 0])),
        ...Object.fromEntries(EXPIRING.map((table) => [table, 2])),
        tasks: 1,
        canaries: 1,
        canaryRuns: 2,
        cdcOverflow: 1,
        cdcOverflowSinks: 1,
        scopedKeys: 1,
      });
    },
  },
  "store.sweep": {
    "deletes at most so many expired rows of each table, and nothing else": async (t) => {
      for (const name of ["a", "b", "c"]) await writeExpiring(t, name);
      t.clock.advance(99);
      expect(await t.store.sweep(1000)).toBe(0);
      t.clock.advance(DAY_MS + OBSERVATION_MS);
      await writeExpiring(t, "live");
      expect(await t.store.sweep(2)).toBe(2 * EXPIRING.length);
      expect(await sizesOf(t.store, EXPIRING)).toEqual(Object.fromEntries(EXPIRING.map((table) => [table, 2])));
      expect(await t.store.sweep(2)).toBe(EXPIRING.length);
      expect(await t.store.sweep(2)).toBe(0);
      expect(await sizesOf(t.store, EXPIRING)).toEqual(Object.fromEntries(EXPIRING.map((table) => [table, 1])));
      expect(await t.store.sessions.get("live")).not.toBeNull();
      expect((await t.store.sizes()).scopedKeys).toBe(1);
    },
    "sweeps a row at its deadline exactly": async ({ store, clock }) => {
      await store.gateways.heartbeat("g", "a", 100);
      clock.advance(100);
      expect(await store.sweep(10)).toBe(1);
    },
    "deletes each row for one of many callers": async (t) => {
      for (const i of range(10)) await t.store.gateways.heartbeat(`g${i}`, "a", 100);
      t.clock.advance(100);
      const counts = values(await race(t, 6, (store) => store.sweep(4)));
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(10);
    },
    "refuses a limit out of bounds": async ({ store }) => {
      for (const limit of [0, -1, 1.5, 1001, Number.NaN]) await refused(store.sweep(limit), "invalid_argument");
    },
  },
  "store.close": {
    "may be called again; any other call is refused": async ({ store }) => {
      await store.close();
      await store.close();
      await refused(store.health(), "closed");
      await refused(store.schemaVersion(), "closed");
      await refused(store.sizes(), "closed");
      await refused(store.sweep(10), "closed");
      await refused((async () => store.watch(() => {}))(), "closed");
    },
    "waits for what is under way": async ({ store, open }) => {
      const other = await open();
      const writes = range(20).map((i) =>
        store.tasks.create({ indexUid: null, type: "t", nodeTasks: {}, details: { i } }).then(
          () => "kept",
          (error: unknown) => (error as { code?: unknown }).code,
        ),
      );
      await store.close();
      const outcomes = await Promise.all(writes);
      expect(outcomes).toEqual(range(20).map(() => "kept"));
      if (other.backend === "memory") return;
      expect((await other.tasks.list({}, { limit: 0 })).total).toBe(20);
    },
  },
  "store.open": {
    "shows one handle's writes to the others": async ({ store, open }) => {
      const other = await open();
      await store.aliases.create("a", { kind: "single", currentUid: "i" });
      expect(await other.aliases.get("a")).toEqual(await store.aliases.get("a"));
      await other.aliases.delete("a", null);
      expect(await store.aliases.get("a")).toBeNull();
    },
  },
} satisfies Record<string, Record<string, ConformanceTest>>;
