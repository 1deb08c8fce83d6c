import type { PartName, Store, StoreParts } from "../src/store.ts";
import { canary, run } from "./canary-samples.ts";
import { defined } from "./expecting.ts";

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type Sample<F> = (store: Store) => Promise<Arguments<F>> | Arguments<F>;

const error = { message: "m", code: "internal", type: "internal", link: "" };
const digest = Buffer.alloc(32, 7);
const hex = "07".repeat(32);
const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 0 };
const bounds = { ttlMs: 1000, maxSessions: 10 };
const reservation = {
  scope: "scope",
  key: "key",
  bodySha256: digest,
  ttlMs: 1000,
  reservationMs: 1000,
  maxEntries: 10,
};
const adminSession = {
  sessionId: "session",
  csrfToken: "csrf",
  adminKeyHash: hex,
  ttlMs: 1000,
  userAgent: "agent",
  sourceIp: "ip",
};
const policy = {
  name: "policy",
  writeAlias: "w",
  readAlias: "r",
  pattern: "p",
  triggers: {},
  retention: { keepIndexes: 1 },
  template: { primaryKey: "id", settingsRef: "movies" },
  enabled: true,
};
const apiKey = { uid: "key", name: "n", description: "d", actions: ["search"], indexes: ["*"], expiresAt: null };
const webhook = { uuid: "webhook", url: "http://localhost", headers: { name: "value" } };
const newTask = {
  indexUid: "movies",
  type: "t",
  nodeTasks: { node: { uid: 1, status: "enqueued" as const } },
  details: { key: "value" },
  error,
  customMetadata: "note",
};
const aliasRow = {
  name: "alias",
  kind: "multi" as const,
  currentUid: null,
  targetUids: ["a"],
  version: 2,
  history: [{ version: 1, currentUid: null, targetUids: ["b"], replacedAt: 1 }],
  createdAt: 1,
  updatedAt: 2,
};
const FAR = 8_000_000_000_000;

const task = async (store: Store, status: "enqueued" | "succeeded" = "enqueued") =>
  (await store.tasks.create({ ...newTask, status })).uid;
const claim = async (store: Store, leaseMs = 1000) => {
  await store.jobs.enqueue({ id: "job", type: "t", params: {} });
  return defined(await store.jobs.claim("worker", ["t"], leaseMs)).claimToken;
};
const lease = async (store: Store) => (await store.leaderLease.acquire("sample", "holder", 1000)).lease.epoch;
const index = (store: Store, uid: string) => store.indexes.create({ uid, physicalUid: `${uid}_1`, primaryKey: null });

/**
 * For every method of the contract: what makes a call of it succeed (a write: visibly), and its arguments. Rows made here with a
 * deadline of 5 ms are meant to have passed it when the method is called.
 */
export const SAMPLES: { readonly [P in PartName]: { readonly [M in keyof StoreParts[P]]: Sample<StoreParts[P][M]> } } =
  {
    tasks: {
      create: () => [newTask],
      get: async (store) => [await task(store)],
      updateNodeTasks: async (store) => [await task(store), { other: { uid: 2, status: "processing" } }],
      transition: async (store) => [await task(store), { status: "failed", details: { a: "b" }, error }],
      list: () => [{ types: ["t"], indexUids: ["movies"], statuses: ["enqueued"] }, { limit: 5 }],
      renameIndex: async (store) => {
        await task(store, "succeeded");
        return ["movies", "films", { below: 1000, limit: 10 }];
      },
      countByStatus: () => [],
      listUnfinished: () => [{ limit: 5 }],
      deleteFinished: async (store) => {
        await task(store, "succeeded");
        return [{ types: ["t"], indexUids: ["movies"] }, 10];
      },
      pruneFinished: async (store) => {
        await task(store, "succeeded");
        return [FAR, 10];
      },
    },
    nodeSettingsVersion: {
      advance: () => ["movies", "node", 3],
      get: () => ["movies", "node"],
      list: () => ["movies", {}],
      listAtOrAbove: () => ["movies", 1, {}],
      deleteByIndex: async (store) => {
        await store.nodeSettingsVersion.advance("movies", "node", 3);
        return ["movies", 10];
      },
      deleteByNode: async (store) => {
        await store.nodeSettingsVersion.advance("movies", "node", 3);
        return ["node", 10];
      },
    },
    aliases: {
      create: () => ["alias", { kind: "multi", targetUids: ["a"] }],
      get: () => ["alias"],
      list: () => [{}],
      flip: async (store) => {
        await store.aliases.create("alias", { kind: "single", currentUid: "a" });
        return ["alias", { kind: "single", currentUid: "b" }, 1, 5];
      },
      delete: async (store) => {
        await store.aliases.create("alias", { kind: "single", currentUid: "a" });
        return ["alias", 1];
      },
    },
    sessions: {
      recordWrite: () => ["session", pin, bounds],
      touch: async (store) => {
        await store.sessions.recordWrite("session", pin, bounds);
        return ["session", 2000];
      },
      get: () => ["session"],
      clearPin: async (store) => {
        await store.sessions.recordWrite("session", pin, bounds);
        return ["session", "movies"];
      },
      delete: async (store) => {
        await store.sessions.recordWrite("session", pin, bounds);
        return ["session"];
      },
      clearPinsOfIndex: async (store) => {
        await store.sessions.recordWrite("session", pin, bounds);
        return ["movies", 10];
      },
      count: () => [],
    },
    idempotencyCache: {
      reserve: () => [reservation],
      complete: async (store) => {
        const reserved = await store.idempotencyCache.reserve(reservation);
        const token = reserved.outcome === "reserved" ? reserved.token : "none";
        return ["scope", "key", token, { taskUid: 1, status: 202, body: "body" }];
      },
      release: async (store) => {
        const reserved = await store.idempotencyCache.reserve(reservation);
        return ["scope", "key", reserved.outcome === "reserved" ? reserved.token : "none"];
      },
      count: () => [],
    },
    jobs: {
      enqueue: () => [{ id: "job", type: "t", params: { a: "b" }, dedupeKey: "d", parentId: "p" }],
      enqueueMany: () => [
        [
          { type: "t", params: { a: "b" } },
          { id: "job", type: "u", params: {}, dedupeKey: "d" },
        ],
      ],
      claim: async (store) => {
        await store.jobs.enqueue({ type: "t", params: {} });
        return ["worker", ["t"], 1000];
      },
      heartbeat: async (store) => ["job", await claim(store), { moved: "all" }],
      complete: async (store) => ["job", await claim(store), { moved: "all" }],
      completeAndClaim: async (store) => {
        const token = await claim(store);
        await store.jobs.enqueue({ type: "t", params: { next: "one" } });
        return ["job", token, { moved: "all" }, { worker: "worker", types: ["t"], leaseMs: 1000 }];
      },
      completeAndClaimMany: async (store) => {
        const token = await claim(store);
        await store.jobs.enqueue({ type: "t", params: { next: "one" } });
        const completions = [{ id: "job", token, result: { moved: "all" } }];
        return [completions, { worker: "worker", types: ["t"], leaseMs: 1000 }, 5];
      },
      fail: async (store) => ["job", await claim(store), error, FAR],
      cancel: async (store) => {
        await claim(store);
        return ["job"];
      },
      requeueExpired: async (store) => {
        await claim(store, 5);
        return [10];
      },
      get: () => ["job"],
      list: () => [{ type: "t", parentId: "p" }, {}],
      counts: () => [],
      pruneFinished: async (store) => {
        await claim(store);
        await store.jobs.cancel("job");
        return [FAR, 10];
      },
    },
    leaderLease: {
      acquire: () => ["sample", "holder", 1000],
      renew: async (store) => ["sample", "holder", await lease(store), 2000],
      release: async (store) => ["sample", "holder", await lease(store)],
      get: () => ["sample"],
      list: () => [{}],
      saveState: async (store) => ["sample", await lease(store), { phase: "verify" }],
    },
    canaries: {
      put: () => [canary("canary")],
      get: () => ["canary"],
      list: () => [{}],
      setEnabled: async (store) => {
        await store.canaries.put(canary("canary"));
        return ["canary", false];
      },
      delete: async (store) => {
        await store.canaries.put(canary("canary"));
        return ["canary"];
      },
    },
    canaryRuns: {
      record: async (store) => {
        await store.canaries.put(canary("canary"));
        return [run("canary", "run"), 10];
      },
      list: () => ["canary", {}],
      latest: () => [{}],
    },
    cdcCursors: {
      get: () => ["sink", "movies"],
      advance: () => ["sink", "movies", 0, 5],
      list: () => ["sink", {}],
      delete: async (store) => {
        await store.cdcCursors.advance("sink", "movies", 0, 5);
        return ["sink", "movies"];
      },
    },
    tenantMap: {
      put: () => [{ apiKeyHash: digest, tenantId: "tenant", groupId: null }],
      get: () => [digest],
      list: () => [{}],
      delete: async (store) => {
        await store.tenantMap.put({ apiKeyHash: digest, tenantId: "tenant", groupId: null });
        return [digest];
      },
    },
    rolloverPolicies: {
      put: () => [policy],
      get: () => ["policy"],
      list: () => [{}],
      setEnabled: async (store) => {
        await store.rolloverPolicies.put(policy);
        return ["policy", false];
      },
      delete: async (store) => {
        await store.rolloverPolicies.put(policy);
        return ["policy"];
      },
    },
    searchUiConfig: {
      put: () => ["movies", { title: "t" }, null],
      get: () => ["movies"],
      list: () => [{}],
      delete: async (store) => {
        await store.searchUiConfig.put("movies", {}, null);
        return ["movies"];
      },
    },
    adminSessions: {
      create: () => [adminSession],
      get: () => ["session"],
      revoke: async (store) => {
        await store.adminSessions.create(adminSession);
        return ["session"];
      },
      revokeByKey: async (store) => {
        await store.adminSessions.create(adminSession);
        return [hex, 10];
      },
      list: () => [{}],
      deleteExpired: async (store) => {
        await store.adminSessions.create({ ...adminSession, ttlMs: 5 });
        return [10];
      },
    },
    indexes: {
      create: () => [{ uid: "movies", physicalUid: "movies_1", primaryKey: "id" }],
      get: () => ["movies"],
      getByPhysicalUid: () => ["movies_1"],
      list: () => [{}],
      count: () => [],
      setPrimaryKey: async (store) => {
        await index(store, "movies");
        return ["movies", "id"];
      },
      replacePrimaryKey: async (store) => {
        await index(store, "movies");
        return ["movies", null, "id"];
      },
      touch: async (store) => {
        await index(store, "movies");
        return ["movies"];
      },
      takeSequence: async (store) => {
        await index(store, "movies");
        return ["movies", 5];
      },
      swap: async (store) => {
        await index(store, "movies");
        return [[{ uids: ["movies", "films"], rename: true }], null];
      },
      settleSwap: async (store) => {
        await index(store, "movies");
        await index(store, "films");
        await store.indexes.swap([{ uids: ["movies", "films"], rename: false }], 1);
        return [1, ["movies", "films"]];
      },
      delete: async (store) => {
        await index(store, "movies");
        return ["movies"];
      },
    },
    apiKeys: {
      create: () => [apiKey],
      describe: async (store) => {
        await store.apiKeys.create(apiKey);
        return ["key", "other", "other"];
      },
      get: () => ["key"],
      list: () => [{}],
      count: () => [],
      delete: async (store) => {
        await store.apiKeys.create(apiKey);
        return ["key"];
      },
    },
    gateways: {
      heartbeat: () => ["gateway", "address", 1000],
      list: () => [{}],
      remove: async (store) => {
        await store.gateways.heartbeat("gateway", "address", 1000);
        return ["gateway"];
      },
    },
    webhooks: {
      put: () => [webhook, null, 20],
      get: () => ["webhook"],
      list: () => [{}],
      delete: async (store) => {
        await store.webhooks.put(webhook, null, 20);
        return ["webhook"];
      },
    },
    writeHints: {
      note: () => ["node", "movies", [1]],
      get: () => ["node", "movies"],
      list: () => [{}],
      settle: async (store) => ["node", "movies", (await store.writeHints.note("node", "movies", [1, 2])).version, [1]],
      deleteByIndex: async (store) => {
        await store.writeHints.note("node", "movies", [1]);
        return ["movies", 10];
      },
      deleteByNode: async (store) => {
        await store.writeHints.note("node", "movies", [1]);
        return ["node", 10];
      },
    },
    rateLimits: { consume: () => ["bucket", "key", { limit: 1, windowMs: 1000 }] },
    loginBackoff: {
      recordFailure: () => ["who"],
      check: () => ["who"],
      reset: async (store) => {
        await store.loginBackoff.recordFailure("who");
        return ["who"];
      },
    },
    cdcOverflow: {
      append: () => ["sink", [{ position: 1, event: "event" }], 100],
      read: () => ["sink", 0, 10],
      trim: async (store) => {
        await store.cdcOverflow.append("sink", [{ position: 1, event: "event" }], 100);
        return ["sink", 1];
      },
      size: () => ["sink"],
    },
    scopedKeys: {
      get: () => ["movies"],
      rotate: () => ["movies", "key", 0],
      observe: async (store) => {
        await store.scopedKeys.rotate("movies", "key", 0);
        return ["movies", "gateway", 1];
      },
      listObservations: () => ["movies", {}],
      settle: async (store) => {
        await store.scopedKeys.rotate("movies", "key", 0);
        await store.scopedKeys.rotate("movies", "next", 1);
        return ["movies"];
      },
    },
    rows: {
      read: () => ["aliases", {}],
      write: () => [{ table: "aliases", rows: [aliasRow] }],
      clear: async (store) => {
        await store.aliases.create("alias", { kind: "single", currentUid: "a" });
        return ["aliases", 10];
      },
    },
  };

/** All that can be seen of what the samples write. */
export async function snapshot(store: Store): Promise<unknown> {
  const all = { limit: 1000 };
  return {
    tasks: await store.tasks.list({}, all),
    statuses: await store.tasks.countByStatus(),
    settingsVersions: await store.nodeSettingsVersion.list("movies", all),
    aliases: await store.aliases.list(all),
    session: await store.sessions.get("session"),
    jobs: await store.jobs.list({}, all),
    leases: await store.leaderLease.list(all),
    canaries: await store.canaries.list(all),
    runs: await store.canaryRuns.list("canary", all),
    cursors: await store.cdcCursors.list("sink", all),
    tenants: await store.tenantMap.list(all),
    policies: await store.rolloverPolicies.list(all),
    configs: await store.searchUiConfig.list(all),
    adminSessions: await store.adminSessions.list(all),
    indexes: await store.indexes.list(all),
    apiKeys: await store.apiKeys.list(all),
    webhooks: await store.webhooks.list(all),
    writeHints: await store.writeHints.list(all),
    gateways: await store.gateways.list(all),
    backoff: await store.loginBackoff.check("who"),
    events: await store.cdcOverflow.read("sink", 0, 1000),
    overflow: await store.cdcOverflow.size("sink"),
    scopedKey: await store.scopedKeys.get("movies"),
    observations: await store.scopedKeys.listObservations("movies", all),
    sizes: await store.sizes(),
  };
}
