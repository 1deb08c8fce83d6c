import { createHash } from "node:crypto";
import type { Store } from "@miroir/store-contract";

const LONG_MS = 1_000_000;
const error = { message: "m", code: "internal", type: "internal", link: "" };
/** What codecs spoil. */
const json = JSON.parse('{"__proto__":{"a":1},"b":[1.5,null,"\\u2028é😀"],"10":1,"a":{}}');

/** Writes rows to every table; `n` is how many to those that grow. */
export async function fillStore(store: Store, n = 20): Promise<void> {
  const fillOne = async (i: number): Promise<void> => {
    const indexUid = i % 3 === 0 ? null : `index:${i % 3}`;
    const nodeTasks = { "node:1": { uid: i, status: "enqueued" } } as const;
    const job = store.jobs.enqueue({ id: `job:${i}`, type: "t", params: json, dedupeKey: `${i}` });
    const heartbeat = store.gateways.heartbeat(`_gateway:${i}`, "address", i % 2 === 0 ? 1 : LONG_MS);
    const { uid } = await store.tasks.create({ indexUid, type: `t${i % 2}`, nodeTasks, details: json });
    if (i % 4 === 0) await store.tasks.transition(uid, { status: "failed", error });
    await Promise.all([job, heartbeat]);
  };
  // Together, so that a disk syncs once for many.
  await Promise.all(Array.from({ length: n }, (_, i) => fillOne(i)));
  await store.tasks.deleteFinished({ uids: [0] }, 10);
  const claimed = await store.jobs.claim("worker", ["t"], LONG_MS);
  await store.jobs.complete(claimed?.id ?? "", claimed?.claimToken ?? "", json);
  await store.jobs.claim("worker", ["t"], LONG_MS);
  await store.nodeSettingsVersion.advance("movies", "node", 3);
  await store.aliases.create("a", { kind: "multi", targetUids: ["x", "y"] });
  await store.aliases.flip("a", { kind: "multi", targetUids: ["z"] }, 1, 5);
  const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 0 };
  await store.sessions.recordWrite("session", pin, { ttlMs: LONG_MS, maxSessions: 10 });
  const bodySha256 = createHash("sha256").update("body").digest();
  const limits = { ttlMs: LONG_MS, reservationMs: LONG_MS, maxEntries: 10 };
  await store.idempotencyCache.reserve({ scope: "s", key: "k", bodySha256, ...limits });
  await store.leaderLease.acquire("scope", "holder", LONG_MS);
  await store.leaderLease.saveState("scope", 1, json);
  const canary = {
    id: "c",
    name: "n",
    indexUid: "i",
    intervalMs: 1000,
    query: { q: "x" },
    assertions: [{ type: "a" }],
  };
  await store.canaries.put({ ...canary, enabled: true });
  await store.canaryRuns.record(
    { canaryId: "c", runId: "r", status: "pass", latencyMs: 3, failedAssertions: null },
    10,
  );
  await store.cdcCursors.advance("sink", "movies", 0, 2 ** 52);
  await store.tenantMap.put({ apiKeyHash: bodySha256, tenantId: "t", groupId: null });
  const policy = { name: "p", writeAlias: "w", readAlias: "r", pattern: "p", triggers: {}, enabled: true };
  await store.rolloverPolicies.put({ ...policy, retention: { keepIndexes: 1 }, template: {} });
  await store.searchUiConfig.put("movies", json, null);
  const login = { sessionId: "s", csrfToken: "c", adminKeyHash: "07".repeat(32), ttlMs: LONG_MS };
  await store.adminSessions.create({ ...login, userAgent: null, sourceIp: "ip" });
  await store.indexes.create({ uid: "movies", physicalUid: "movies_1", primaryKey: "id" });
  await store.indexes.create({ uid: "films", physicalUid: "films", primaryKey: null });
  await store.indexes.swap([{ uids: ["movies", "films"], rename: false }], 7);
  await store.apiKeys.create({ uid: "k", name: "n", description: null, actions: ["*"], indexes: [], expiresAt: null });
  await store.webhooks.put({ uuid: "w", url: "http://localhost", headers: { name: "value" } }, null, 20);
  await store.writeHints.note("node", "movies_1", [3, 1]);
  await store.rateLimits.consume("bucket", "key", { limit: 2, windowMs: LONG_MS });
  await store.loginBackoff.recordFailure("who");
  const events = [1, 2, 3].map((position) => ({ position, event: "12345" }));
  await store.cdcOverflow.append("sink", events, 10);
  await store.scopedKeys.rotate("movies", "k1", 0);
  await store.scopedKeys.observe("movies", "gateway", 1);
}
