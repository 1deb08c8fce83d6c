import { CANARY_STATUSES, JOB_STATES, TASK_STATUSES } from "@miroir/schema";
import type { PartName, StoreParts } from "@miroir/store-contract";
import fc from "fast-check";
import { recalled } from "./operation.ts";
import { rawRowCalls } from "./raw-row-calls.ts";
import {
  body,
  count,
  duration,
  error,
  flag,
  json,
  jsonObject,
  keyOf,
  limit,
  nullable,
  pageOf,
  partial,
  positive,
  sha256,
  sha256Hex,
  time,
  uid,
  value,
} from "./values.ts";

type Arb = fc.Arbitrary<unknown>;
/** The arguments of every method, without its options: a method added to the contract does not compile until it has some. */
type Calls = { readonly [P in PartName]: { readonly [M in keyof StoreParts[P]]: fc.Arbitrary<readonly unknown[]> } };

const args = (...of: Arb[]): fc.Arbitrary<unknown[]> => fc.tuple(...of);
const recall = (kind: string, otherwise: unknown, reach = 2): Arb =>
  fc.nat(reach).map((back) => recalled(kind, back, otherwise));
/** A version, epoch or generation as it was in an answer, or near to it. */
const seen = (kind: string, otherwise: number): Arb =>
  fc.oneof(
    { weight: 8, arbitrary: recall(kind, otherwise) },
    { weight: 2, arbitrary: fc.constantFrom(-1, 1).map((plus) => recalled(kind, 0, otherwise, plus)) },
    { weight: 2, arbitrary: positive },
  );
const statuses = fc.constantFrom(...TASK_STATUSES, "lost");

/** How each method is called, over these keys. */
export function callsOver(keys: readonly string[]): Calls {
  const key = keyOf(keys);
  const types = fc.array(key, { maxLength: 3 });
  const claimable = fc.oneof({ weight: 3, arbitrary: fc.constant(keys) }, { weight: 1, arbitrary: types });
  const nodeTasks = fc.dictionary(
    fc.constantFrom(...keys),
    fc.record({ uid: count, status: fc.constantFrom(...TASK_STATUSES) }),
    { maxKeys: 3 },
  );
  const taskFilter = partial({
    uids: fc.array(count, { maxLength: 4 }),
    statuses: fc.array(statuses, { maxLength: 3 }),
    types,
    indexUids: types,
    canceledBy: fc.array(count, { maxLength: 3 }),
    beforeEnqueuedAt: time,
    afterEnqueuedAt: time,
    beforeStartedAt: time,
    afterStartedAt: time,
    beforeFinishedAt: time,
    afterFinishedAt: time,
  });
  const filter = fc.oneof(
    { weight: 1, arbitrary: taskFilter },
    { weight: 1, arbitrary: partial({ statuses: fc.array(statuses, { maxLength: 2 }), types, indexUids: types }) },
  );
  const targets = fc.oneof(
    fc.record({ kind: fc.constant("single"), currentUid: key }),
    fc.record({ kind: fc.constant("multi"), targetUids: fc.array(key, { maxLength: 3 }) }),
  );
  const job = fc.oneof({ weight: 3, arbitrary: key }, { weight: 2, arbitrary: recall("job", "none") });
  const newJob = partial(
    { id: key, type: key, params: jsonObject, dedupeKey: key, parentId: job, runAt: time, maxAttempts: positive },
    ...["type", "params"],
  );
  /** A claim's job and token, mostly of one claim. */
  const claim = fc
    .tuple(
      fc.constantFrom(0, 0, 0, 1, 2),
      fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: job }),
    )
    .map(([back, other]) => [other ?? recalled("claimed job", back, "none"), recalled("claim token", back, "none")]);
  /** Mostly so long that a claim is still one when it is used. */
  const leaseMs = fc.oneof({ weight: 2, arbitrary: fc.constant(24 * 3600 * 1000) }, { weight: 1, arbitrary: duration });
  const nextClaim = fc.record({ worker: key, types: claimable, leaseMs });
  const reservation = fc
    .tuple(
      fc.constantFrom(0, 0, 0, 1, 2),
      fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: key }),
    )
    .map(([back, other]) => [
      recalled("reserved scope", back, "none"),
      other ?? recalled("reserved key", back, "none"),
      recalled("reserved token", back, "none"),
    ]);
  const withFirst = (first: fc.Arbitrary<unknown[]>, ...rest: Arb[]) =>
    fc.tuple(first, fc.tuple(...rest)).map(([a, b]) => [...a, ...b]);
  const lease = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .nat(2)
        .map((back) => ["scope", "holder", "epoch"].map((part) => recalled(`lease ${part}`, back, 1))),
    },
    { weight: 3, arbitrary: args(key, key, seen("epoch", 1)) },
  );
  const assertions = fc.array(
    fc.tuple(fc.constantFrom("t", "u"), jsonObject).map(([type, rest]) => ({ ...(rest as object), type })),
    { maxLength: 2 },
  );
  const pairs = fc.array(fc.record({ uids: args(key, key), rename: flag }), { maxLength: 2 });
  const events = fc
    .tuple(fc.constantFrom(-1, 0, 0, 1), fc.array(fc.tuple(fc.constantFrom(1, 1, 2, 5, 0), body), { maxLength: 4 }))
    .map(([start, steps]) => {
      let plus = start;
      return steps.map(([step, event]) => {
        plus += step;
        return { position: recalled("position", 0, 0, plus), event };
      });
    });
  const shards = fc.array(fc.constantFrom(...[0, 1, 2, 3, 4, 5].flatMap((n) => [n, n]), 9, 10, 65_535, -1, 65_536), {
    maxLength: 4,
  });
  const page = (list: string) => pageOf(list);

  return {
    tasks: {
      create: args(
        partial(
          {
            indexUid: nullable(key),
            type: key,
            nodeTasks,
            status: fc.constantFrom(...TASK_STATUSES),
            details: nullable(jsonObject),
            error: nullable(error),
            customMetadata: nullable(value),
          },
          ...["indexUid", "type", "nodeTasks"],
        ),
      ),
      get: args(uid),
      updateNodeTasks: args(uid, nodeTasks),
      transition: args(
        uid,
        partial(
          {
            status: fc.constantFrom(...TASK_STATUSES),
            details: nullable(jsonObject),
            error: nullable(error),
            canceledBy: uid,
            startedAt: time,
            finishedAt: time,
          },
          "status",
        ),
      ),
      list: args(filter, partial({ from: count, limit: fc.constantFrom(0, 1, 2, 5, 1000, 1001), reverse: flag })),
      countByStatus: args(),
      listUnfinished: args(page("tasks.listUnfinished")),
      deleteFinished: args(filter, limit),
      renameIndex: args(key, key, fc.record({ below: uid, limit })),
      pruneFinished: args(time, limit),
    },
    nodeSettingsVersion: {
      advance: args(key, key, count),
      get: args(key, key),
      list: args(key, page("nodeSettingsVersion.list")),
      listAtOrAbove: args(key, count, page("nodeSettingsVersion.listAtOrAbove")),
      deleteByIndex: args(key, limit),
      deleteByNode: args(key, limit),
    },
    aliases: {
      create: args(key, targets),
      get: args(key),
      list: args(page("aliases.list")),
      flip: args(key, targets, seen("version", 1), fc.constantFrom(0, 1, 2, 1000, 1001)),
      delete: args(key, nullable(seen("version", 1))),
    },
    sessions: {
      recordWrite: args(
        key,
        fc.record({ indexUid: key, taskUid: uid, group: count, settingsVersion: count }),
        fc.record({ ttlMs: duration, maxSessions: positive }),
      ),
      touch: args(key, duration),
      get: args(key),
      clearPin: args(key, key),
      delete: args(key),
      clearPinsOfIndex: args(key, limit),
      count: args(),
    },
    idempotencyCache: {
      reserve: args(
        fc.record({
          scope: key,
          key,
          bodySha256: sha256,
          ttlMs: duration,
          reservationMs: duration,
          maxEntries: positive,
        }),
      ),
      complete: withFirst(
        reservation,
        fc.record({ taskUid: nullable(uid), status: fc.constantFrom(100, 200, 599, 99, 600), body }),
      ),
      release: reservation,
      count: args(),
    },
    jobs: {
      enqueue: args(newJob),
      enqueueMany: args(fc.array(newJob, { maxLength: 4 })),
      claim: args(key, claimable, leaseMs),
      heartbeat: withFirst(claim, nullable(jsonObject)),
      complete: withFirst(claim, json),
      completeAndClaim: withFirst(claim, json, nextClaim),
      completeAndClaimMany: args(
        fc.array(
          fc.tuple(claim, json).map(([[id, token], result]) => ({ id, token, result })),
          { maxLength: 3 },
        ),
        nextClaim,
        fc.nat(3),
      ),
      fail: withFirst(claim, error, nullable(time)),
      cancel: args(job),
      requeueExpired: args(limit),
      get: args(job),
      list: args(partial({ state: fc.constantFrom(...JOB_STATES), type: key, parentId: job }), page("jobs.list")),
      counts: args(),
      pruneFinished: args(time, limit),
    },
    leaderLease: {
      acquire: args(key, key, duration),
      renew: withFirst(lease, duration),
      release: lease,
      get: args(key),
      list: args(page("leaderLease.list")),
      saveState: fc.tuple(lease, json).map(([[scope, , epoch], state]) => [scope, epoch, state]),
    },
    canaries: {
      put: args(
        fc.record({
          ...{ id: key, name: value, indexUid: key, intervalMs: duration },
          ...{ query: jsonObject, assertions, enabled: flag },
        }),
      ),
      get: args(key),
      list: args(page("canaries.list")),
      setEnabled: args(key, flag),
      delete: args(key),
    },
    canaryRuns: {
      record: args(
        fc.record({
          canaryId: key,
          runId: fc.oneof(key, fc.constantFrom("1", "2", "3", "4", "5", "6")),
          status: fc.constantFrom(...CANARY_STATUSES),
          latencyMs: count,
          failedAssertions: nullable(assertions),
        }),
        limit,
      ),
      list: args(key, page("canaryRuns.list")),
      latest: args(page("canaryRuns.latest")),
    },
    cdcCursors: {
      get: args(key, key),
      advance: fc
        .tuple(
          key,
          key,
          fc.constantFrom(0, 0, 1),
          fc.constantFrom(1, 2, 0, -1, 1000),
          fc.option(fc.tuple(count, positive)),
        )
        .map(([sink, index, back, step, any]) => {
          const given = any ?? [recalled("lastEventSeq", back, 0), recalled("lastEventSeq", back, 0, step)];
          return [sink, index, ...given];
        }),
      list: args(key, page("cdcCursors.list")),
      delete: args(key, key),
    },
    tenantMap: {
      put: args(fc.record({ apiKeyHash: sha256, tenantId: key, groupId: nullable(count) })),
      get: args(sha256),
      list: args(page("tenantMap.list")),
      delete: args(sha256),
    },
    rolloverPolicies: {
      put: args(
        fc.record({
          ...{ name: key, writeAlias: key, readAlias: key, pattern: key, enabled: flag },
          triggers: partial({ maxDocs: positive, maxAgeMs: positive, maxSizeBytes: positive }),
          retention: fc.record({ keepIndexes: positive }),
          template: partial({ primaryKey: key, settingsRef: key }),
        }),
      ),
      get: args(key),
      list: args(page("rolloverPolicies.list")),
      setEnabled: args(key, flag),
      delete: args(key),
    },
    searchUiConfig: {
      put: args(key, jsonObject, nullable(seen("updatedAt", 1))),
      get: args(key),
      list: args(page("searchUiConfig.list")),
      delete: args(key),
    },
    adminSessions: {
      create: args(
        fc.record({
          ...{ sessionId: key, csrfToken: key, adminKeyHash: sha256Hex, ttlMs: duration },
          ...{ userAgent: nullable(value), sourceIp: nullable(value) },
        }),
      ),
      get: args(key),
      revoke: args(key),
      revokeByKey: args(sha256Hex, limit),
      list: args(page("adminSessions.list")),
      deleteExpired: args(limit),
    },
    indexes: {
      create: args(fc.record({ uid: key, physicalUid: key, primaryKey: fc.option(key, { freq: 1 }) })),
      get: args(key),
      getByPhysicalUid: args(key),
      list: args(page("indexes.list")),
      count: args(),
      setPrimaryKey: args(key, key),
      replacePrimaryKey: args(key, nullable(key), key),
      touch: args(key),
      takeSequence: args(key, fc.constantFrom(1, 2, 10_000_000, 0)),
      swap: args(pairs, nullable(uid)),
      settleSwap: args(uid, types),
      delete: args(key),
    },
    apiKeys: {
      create: args(
        fc.record({
          ...{ uid: key, name: nullable(value), description: nullable(value) },
          ...{ actions: types, indexes: types, expiresAt: nullable(time) },
        }),
      ),
      describe: args(key, nullable(value), nullable(value)),
      get: args(key),
      list: args(page("apiKeys.list")),
      count: args(),
      delete: args(key),
    },
    webhooks: {
      put: args(
        fc.record({ uuid: key, url: value, headers: fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 3 }) }),
        nullable(seen("updatedAt", 1)),
        fc.constantFrom(1, 2, 1000),
      ),
      get: args(key),
      list: args(page("webhooks.list")),
      delete: args(key),
    },
    writeHints: {
      note: args(key, key, shards),
      get: args(key, key),
      list: args(page("writeHints.list")),
      settle: args(key, key, seen("version", 1), shards),
      deleteByIndex: args(key, limit),
      deleteByNode: args(key, limit),
    },
    gateways: {
      heartbeat: args(key, key, duration),
      list: args(page("gateways.list")),
      remove: args(key),
    },
    rateLimits: { consume: args(key, key, fc.record({ limit: positive, windowMs: duration })) },
    loginBackoff: { recordFailure: args(key), check: args(key), reset: args(key) },
    cdcOverflow: {
      append: args(key, events, fc.oneof(positive, fc.constantFrom(10, 100, 2_000_000))),
      read: args(key, fc.oneof(count, recall("position", 0)), limit),
      trim: args(key, fc.oneof(count, recall("position", 0))),
      size: args(key),
    },
    scopedKeys: {
      get: args(key),
      rotate: args(key, key, seen("generation", 0)),
      observe: args(key, key, seen("generation", 1)),
      listObservations: args(key, page("scopedKeys.listObservations")),
      settle: args(key),
    },
    rows: rawRowCalls,
  };
}
