import type { Store } from "@miroir/store-contract";

/** Writes a row, or more, of every table, each optional column set in one of them. */
export async function fillStore(store: Store): Promise<void> {
  const error = { message: "m", code: "c", type: "t", link: "" };
  const task = {
    indexUid: "movies",
    type: "documentAdditionOrUpdate",
    nodeTasks: { "n:1": { uid: 4, status: "enqueued" } },
  } as const;
  await store.tasks.create({ ...task, details: { receivedDocuments: 2 }, error, customMetadata: "mine" });
  await store.tasks.transition(0, { status: "canceled", canceledBy: 7, startedAt: 5, finishedAt: 6 });
  await store.tasks.create({ ...task, indexUid: null });
  await store.nodeSettingsVersion.advance("movies", "node-1", 3);
  await store.aliases.create("best", { kind: "single", currentUid: "movies" });
  await store.aliases.create("all", { kind: "multi", targetUids: ["movies", "books"] });
  const pin = { indexUid: "movies", taskUid: 0, group: 1, settingsVersion: 3 };
  await store.sessions.recordWrite("s", pin, { ttlMs: 60_000, maxSessions: 10 });
  const limits = { ttlMs: 60_000, reservationMs: 1000, maxEntries: 10 };
  const reserved = await store.idempotencyCache.reserve({
    scope: "s",
    key: "k",
    bodySha256: Buffer.alloc(32, 7),
    ...limits,
  });
  const token = reserved.outcome === "reserved" ? reserved.token : "";
  await store.idempotencyCache.complete("s", "k", token, { taskUid: 0, status: 202, body: "{}" });
  await store.jobs.enqueue({ id: "j", type: "reindex", params: { a: 1 }, dedupeKey: "d", parentId: "p" });
  const claimed = await store.jobs.claim("worker", ["reindex"], 60_000);
  await store.jobs.heartbeat("j", claimed?.claimToken ?? "", { done: 1 });
  await store.jobs.enqueue({ id: "failed", type: "other", params: {} });
  const other = await store.jobs.claim("worker", ["other"], 60_000);
  await store.jobs.fail("failed", other?.claimToken ?? "", error, null);
  await store.jobs.enqueue({ id: "completed", type: "third", params: {} });
  const third = await store.jobs.claim("worker", ["third"], 60_000);
  await store.jobs.complete("completed", third?.claimToken ?? "", { ok: true });
  const { lease } = await store.leaderLease.acquire("settings:movies", "gateway-1", 60_000);
  await store.leaderLease.saveState("settings:movies", lease.epoch, { phase: 2 });
  const canary = {
    id: "c",
    name: "n",
    indexUid: "movies",
    intervalMs: 1000,
    query: { q: "x" },
    assertions: [{ type: "a" }],
  };
  await store.canaries.put({ ...canary, enabled: true });
  const run = { canaryId: "c", runId: "r", status: "fail", latencyMs: 3, failedAssertions: [{ type: "a" }] } as const;
  await store.canaryRuns.record(run, 10);
  await store.cdcCursors.advance("sink", "movies", 0, 5);
  await store.tenantMap.put({ apiKeyHash: Buffer.alloc(32, 1), tenantId: "t", groupId: 2 });
  const policy = { name: "logs", writeAlias: "w", readAlias: "r", pattern: "logs-{YYYY}", triggers: { maxDocs: 5 } };
  await store.rolloverPolicies.put({
    ...policy,
    retention: { keepIndexes: 2 },
    template: { primaryKey: "id" },
    enabled: false,
  });
  await store.searchUiConfig.put("movies", { title: "Movies" }, null);
  const login = { sessionId: "secret", csrfToken: "token", adminKeyHash: "a".repeat(64), ttlMs: 60_000 };
  await store.adminSessions.create({ ...login, userAgent: "curl", sourceIp: "::1" });
  await store.indexes.create({ uid: "movies", physicalUid: "movies-1", primaryKey: "id" });
  await store.indexes.create({ uid: "films", physicalUid: "films", primaryKey: null });
  await store.indexes.swap([{ uids: ["movies", "films"], rename: false }], 7);
  const key = { uid: "u", name: "n", description: "d", actions: ["search"], indexes: ["*"], expiresAt: 9 };
  await store.apiKeys.create(key);
  await store.webhooks.put({ uuid: "w", url: "http://localhost", headers: { name: "value" } }, null, 20);
  await store.writeHints.note("node", "movies_1", [3, 1]);
  await store.gateways.heartbeat("gateway-1", "http://127.0.0.1:7700", 60_000);
  await store.rateLimits.consume("search", "caller", { limit: 5, windowMs: 60_000 });
  for (let i = 0; i < 5; i++) await store.loginBackoff.recordFailure("admin");
  await store.cdcOverflow.append(
    "sink",
    [
      { position: 1, event: "too long for the sink" },
      { position: 2, event: "{}" },
    ],
    4,
  );
  await store.scopedKeys.rotate("movies", "key-1", 0);
  await store.scopedKeys.rotate("movies", "key-2", 1);
  await store.scopedKeys.observe("movies", "gateway-1", 2);
}
