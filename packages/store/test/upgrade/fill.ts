import type { Store } from "@miroir/store-contract";

/** 2026-01-01. The fixtures' rows were all written then. */
export const FILLED_AT = 1_767_225_600_000;
const LONG_MS = 10 * 365 * 24 * 3600 * 1000;

/** Keys that break escaping, patterns, hash tags or object literals somewhere. */
const KEYS = ["a:b{c}", "%3A*?[", "_index", "__proto__", "é😀\u2028", "' OR 1=1 --\n\t\u0001", "k".repeat(1024)];
const TEXT = '\u0001 "\\ \u202e مرحبا 東京 😀 \u{10ffff}';
const json = JSON.parse(
  '{"__proto__":{"a":1},"max":9007199254740991,"third":0.3333333333333333,"small":5e-324,"":[[],{},null,""],"10":1,"9":2}',
);
const error = { message: TEXT, code: "internal", type: "internal", link: "" };
const bytes = Buffer.from(Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 255 - i : i)));

/** Writes one row or more to every table, in every state that a row can have, with values that codecs spoil. Its clock must stand still. */
export async function fillAllTables(store: Store): Promise<void> {
  await fillTasks(store);
  await fillJobs(store);
  await fillSecrets(store);
  await fillState(store);
  await fillIndexes(store);
}

async function fillTasks({ tasks }: Store): Promise<void> {
  const nodeTasks = Object.fromEntries(
    KEYS.map((key, i) => [key, { uid: 2 ** 31 - 1 - i, status: "processing" } as const]),
  );
  for (const indexUid of [null, ...KEYS]) await tasks.create({ indexUid, type: "t:1", nodeTasks, details: json });
  await tasks.create({ indexUid: "movies", type: "t", nodeTasks: {}, status: "failed", error, customMetadata: TEXT });
  await tasks.create({ indexUid: "movies", type: "t", nodeTasks: {}, customMetadata: "" });
  await tasks.transition(0, { status: "processing", startedAt: 1 });
  await tasks.transition(1, { status: "succeeded", details: null, startedAt: 0, finishedAt: 2 ** 53 - 1 });
  await tasks.transition(2, { status: "canceled", canceledBy: 2 ** 31 - 1 });
  await tasks.transition(3, { status: "failed", error });
  await tasks.deleteFinished({ uids: [3] }, 1);
}

async function fillJobs({ jobs }: Store): Promise<void> {
  for (const [i, id] of KEYS.entries()) {
    await jobs.enqueue({ id, type: id, params: json, dedupeKey: id, parentId: KEYS[i - 1], maxAttempts: 1 + (i % 2) });
  }
  await jobs.enqueue({ type: "later", params: {}, runAt: 2 ** 53 - 1 });
  const [completed = "", failed = "", retried = "", canceled = "", claimed = ""] = KEYS;
  const claim = async (type: string) => (await jobs.claim(TEXT, [type], LONG_MS))?.claimToken ?? "";
  await jobs.complete(completed, await claim(completed), json);
  await jobs.fail(failed, await claim(failed), error, null);
  const retriedToken = await claim(retried);
  await jobs.fail(retried, retriedToken, error, FILLED_AT + 1);
  await jobs.cancel(canceled);
  await jobs.heartbeat(claimed, await claim(claimed), json);
}

async function fillSecrets({ adminSessions, apiKeys, tenantMap, idempotencyCache }: Store): Promise<void> {
  const login = { csrfToken: TEXT, adminKeyHash: "07".repeat(32), ttlMs: LONG_MS };
  for (const sessionId of KEYS) await adminSessions.create({ ...login, sessionId, userAgent: TEXT, sourceIp: "::1" });
  await adminSessions.create({ ...login, sessionId: "expired", ttlMs: 1, userAgent: null, sourceIp: null });
  await adminSessions.revoke(KEYS[0] ?? "");
  for (const uid of KEYS) {
    await apiKeys.create({ uid, name: TEXT, description: "", actions: ["*"], indexes: KEYS, expiresAt: FILLED_AT });
  }
  await apiKeys.create({ uid: "bare", name: null, description: null, actions: [], indexes: [], expiresAt: null });
  await tenantMap.put({ apiKeyHash: bytes, tenantId: TEXT, groupId: null });
  await tenantMap.put({ apiKeyHash: Buffer.alloc(32), tenantId: "t", groupId: 0 });
  const limits = { bodySha256: bytes, ttlMs: LONG_MS, reservationMs: LONG_MS, maxEntries: 100 };
  for (const [i, key] of KEYS.entries()) {
    const reserved = await idempotencyCache.reserve({ scope: KEYS.at(-1 - i) ?? "", key, ...limits });
    const token = reserved.outcome === "reserved" ? reserved.token : "";
    const answer = { taskUid: i === 0 ? null : i, status: 202, body: TEXT };
    if (i % 2 === 0) await idempotencyCache.complete(KEYS.at(-1 - i) ?? "", key, token, answer);
  }
}

async function fillState(store: Store): Promise<void> {
  for (const [i, key] of KEYS.entries()) {
    const other = KEYS.at(-1 - i) ?? "";
    await store.nodeSettingsVersion.advance(key, other, 2 ** 52 + i);
    await store.cdcCursors.advance(key, other, 0, 2 ** 53 - 1 - i);
    await store.rateLimits.consume(key, other, { limit: 2, windowMs: LONG_MS });
    for (let n = 0; n < 6 - i; n++) await store.loginBackoff.recordFailure(key);
    await store.gateways.heartbeat(key, TEXT, LONG_MS);
    await store.leaderLease.acquire(key, TEXT, LONG_MS);
    await store.searchUiConfig.put(key, json, null);
    await store.writeHints.note(key, other, [65_535, i]);
    await store.webhooks.put({ uuid: key, url: TEXT, headers: { [key]: TEXT } }, null, 1000);
    const write = { indexUid: other, taskUid: i, group: 0, settingsVersion: 2 ** 40 };
    await store.sessions.recordWrite(key, write, { ttlMs: LONG_MS, maxSessions: 100 });
    await store.sessions.recordWrite(key, { ...write, indexUid: key }, { ttlMs: LONG_MS, maxSessions: 100 });
    const canary = {
      id: key,
      name: TEXT,
      indexUid: other,
      intervalMs: 1,
      query: json,
      assertions: [{ type: TEXT, json }],
    };
    await store.canaries.put({ ...canary, enabled: i % 2 === 0 });
    const run = { canaryId: key, latencyMs: i, failedAssertions: i === 0 ? null : [{ type: TEXT, value: json }] };
    await store.canaryRuns.record({ ...run, runId: other, status: i === 0 ? "pass" : "fail" }, 10);
    const policy = {
      writeAlias: key,
      readAlias: other,
      pattern: TEXT,
      triggers: { maxDocs: 1 + i },
      enabled: i % 2 === 1,
    };
    await store.rolloverPolicies.put({
      ...policy,
      name: key,
      retention: { keepIndexes: 1 + i },
      template: { primaryKey: key },
    });
  }
  await store.leaderLease.saveState(KEYS[0] ?? "", 1, json);
  await store.leaderLease.release(KEYS[1] ?? "", TEXT, 1);
  await store.leaderLease.release(KEYS[2] ?? "", TEXT, 1);
  await store.leaderLease.acquire(KEYS[2] ?? "", "next", LONG_MS);
  await store.sessions.recordWrite(
    "expired",
    { indexUid: "i", taskUid: 0, group: 0, settingsVersion: 0 },
    { ttlMs: 1, maxSessions: 100 },
  );
}

async function fillIndexes({ aliases, indexes, cdcOverflow, scopedKeys }: Store): Promise<void> {
  for (const [i, key] of KEYS.entries()) {
    await indexes.create({ uid: key, physicalUid: `physical ${i}`, primaryKey: i % 2 === 0 ? key : null });
    await indexes.takeSequence(key, 1 + i);
    await aliases.create(key, i % 2 === 0 ? { kind: "single", currentUid: key } : { kind: "multi", targetUids: KEYS });
    const [event, long] = [TEXT, TEXT.repeat(4)];
    await cdcOverflow.append(
      key,
      [
        { position: 1, event: long },
        { position: 2, event },
        { position: 2 ** 53 - 1, event },
      ],
      100,
    );
    await scopedKeys.rotate(key, TEXT, 0);
    await scopedKeys.observe(key, key, 1);
  }
  await scopedKeys.rotate(KEYS[0] ?? "", "next", 1);
  await indexes.swap([{ uids: [KEYS[0] ?? "", KEYS[1] ?? ""], rename: false }], 5);
  const [single = "", multi = ""] = KEYS;
  await aliases.flip(single, { kind: "single", currentUid: "next" }, 1, 10);
  await aliases.flip(multi, { kind: "multi", targetUids: ["next", single] }, 1, 10);
  await aliases.flip(multi, { kind: "multi", targetUids: [multi] }, 2, 10);
}
