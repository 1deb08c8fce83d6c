import { describe, expect, it } from "vitest";
import type { Store } from "../src/store.ts";
import { canary, run } from "./canary-samples.ts";
import { defined, refused } from "./expecting.ts";
import { HOSTILE_JSON } from "./hostile.ts";
import { snapshot } from "./samples.ts";
import type { Subject } from "./subject.ts";

const digest = Buffer.alloc(32, 7);
const LONG_MS = 1_000_000;
const reservation = (key: string) => ({
  scope: "scope",
  key,
  bodySha256: digest,
  ttlMs: LONG_MS,
  reservationMs: LONG_MS,
  maxEntries: 10,
});
const details = JSON.parse(defined(HOSTILE_JSON[4]));
const error = { message: "m", code: "internal", type: "internal", link: "" };

/** Rights handed out before the restart, that must be good after it. */
export interface Rights {
  readonly claimToken: string;
  readonly reservationToken: string;
}

/** Rows in every table there is. */
export async function fill(store: Store): Promise<Rights> {
  await store.tasks.create({
    indexUid: "movies",
    type: "t",
    nodeTasks: { n: { uid: 1, status: "enqueued" } },
    details,
  });
  await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
  await store.tasks.transition(1, { status: "failed", error });
  await store.nodeSettingsVersion.advance("movies", "node", 3);
  await store.aliases.create("a", { kind: "multi", targetUids: ["x", "y"] });
  await store.aliases.flip("a", { kind: "multi", targetUids: ["z"] }, 1, 5);
  const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 0 };
  await store.sessions.recordWrite("session", pin, { ttlMs: LONG_MS, maxSessions: 10 });
  const done = await store.idempotencyCache.reserve(reservation("done"));
  if (done.outcome !== "reserved") throw new Error(`expected a reservation, got ${done.outcome}`);
  await store.idempotencyCache.complete("scope", "done", done.token, { taskUid: 1, status: 202, body: "é😀" });
  const held = await store.idempotencyCache.reserve(reservation("held"));
  if (held.outcome !== "reserved") throw new Error(`expected a reservation, got ${held.outcome}`);
  await store.jobs.enqueue({ id: "job", type: "t", params: details, dedupeKey: "d" });
  const { claimToken } = defined(await store.jobs.claim("worker", ["t"], LONG_MS));
  await store.jobs.enqueue({ id: "next", type: "t", params: {}, parentId: "job" });
  await store.leaderLease.acquire("scope", "holder", LONG_MS);
  await store.leaderLease.saveState("scope", 1, details);
  await store.canaries.put(canary("canary"));
  await store.canaryRuns.record(run("canary", "run"), 10);
  await store.cdcCursors.advance("sink", "movies", 0, 2 ** 52);
  await store.tenantMap.put({ apiKeyHash: digest, tenantId: "t", groupId: 1 });
  const policy = { name: "p", writeAlias: "w", readAlias: "r", pattern: "p", triggers: {}, enabled: true };
  await store.rolloverPolicies.put({ ...policy, retention: { keepIndexes: 1 }, template: {} });
  await store.searchUiConfig.put("movies", details, null);
  const session = { sessionId: "session", csrfToken: "c", adminKeyHash: "07".repeat(32), ttlMs: LONG_MS };
  await store.adminSessions.create({ ...session, userAgent: null, sourceIp: "ip" });
  await store.indexes.create({ uid: "movies", physicalUid: "movies_1", primaryKey: "id" });
  await store.indexes.create({ uid: "films", physicalUid: "films", primaryKey: null });
  await store.indexes.swap([{ uids: ["movies", "films"], rename: false }], 7);
  await store.indexes.takeSequence("movies", 100);
  await store.apiKeys.create({ uid: "k", name: "n", description: null, actions: ["*"], indexes: [], expiresAt: null });
  await store.webhooks.put({ uuid: "w", url: "http://localhost", headers: { name: "é" } }, null, 20);
  await store.writeHints.note("node", "movies_1", [3, 1]);
  await store.gateways.heartbeat("gateway", "address", LONG_MS);
  await store.rateLimits.consume("bucket", "key", { limit: 2, windowMs: LONG_MS });
  for (let i = 0; i < 6; i++) await store.loginBackoff.recordFailure("who");
  await store.cdcOverflow.append(
    "sink",
    [1, 2, 3].map((position) => ({ position, event: "12345" })),
    10,
  );
  await store.scopedKeys.rotate("movies", "k1", 0);
  await store.scopedKeys.rotate("movies", "k2", 1);
  await store.scopedKeys.observe("movies", "gateway", 2);
  return { claimToken, reservationToken: held.token };
}

/** What was going on goes on: rights hold, numbers and counts continue, what is taken stays taken. */
export async function goesOn(store: Store, { claimToken, reservationToken }: Rights): Promise<void> {
  const fence = { scope: "scope", epoch: 1 };
  expect((await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} }, { fence })).uid).toBe(2);
  expect((await store.jobs.complete("job", claimToken, null)).state).toBe("completed");
  expect((await store.jobs.claim("worker", ["t"], 1000))?.id).toBe("next");
  expect((await store.leaderLease.acquire("scope", "other", 1000)).acquired).toBe(false);
  expect((await store.leaderLease.renew("scope", "holder", 1, LONG_MS)).state).toEqual(details);
  const replayed = await store.idempotencyCache.reserve(reservation("done"));
  expect(replayed).toEqual({ outcome: "done", taskUid: 1, status: 202, body: "é😀" });
  expect((await store.idempotencyCache.reserve(reservation("held"))).outcome).toBe("in_flight");
  await store.idempotencyCache.complete("scope", "held", reservationToken, { taskUid: 2, status: 202, body: "" });
  expect(await store.rateLimits.consume("bucket", "key", { limit: 2, windowMs: 1 })).toMatchObject({ remaining: 0 });
  expect(await store.indexes.takeSequence("movies", 1)).toBe(100);
  expect(await store.cdcOverflow.append("sink", [{ position: 3, event: "12345" }], 10)).toMatchObject({ kept: 0 });
  expect((await store.canaryRuns.record(run("canary", "later"), 10)).seq).toBeGreaterThan(0);
  expect(await store.writeHints.note("node", "movies_1", [2])).toMatchObject({ shards: [1, 2, 3], version: 2 });
  await refused(store.aliases.create("a", { kind: "single", currentUid: "i" }), "already_exists");
}

/** Registers, for a store that outlives its process: all that is written and closed is read back equal, and goes on. */
export function restartSurvival(subject: Subject): void {
  describe(`${subject.name}#restart`, () => {
    it("gives back every row of every table, and goes on where it was", async () => {
      const storage = await subject.create();
      try {
        const before = await storage.open();
        const rights = await fill(before);
        const sizes = await before.sizes();
        // How numbers are counted is the backend's own affair.
        const { counters: _, taskCounts: __, ...rows } = sizes;
        expect(Object.entries(rows).filter(([, size]) => size === 0)).toEqual([]);
        const written = await snapshot(before);
        await before.close();
        const after = await storage.open();
        expect(await snapshot(after)).toEqual(written);
        await goesOn(after, rights);
        await after.close();
        const last = await storage.open();
        expect((await last.tasks.list({}, {})).total).toBe(3);
        await last.close();
      } finally {
        await storage.destroy();
      }
    });
  });
}
