import type { ClaimedJob, Store } from "@miroir/store-contract";
import { createManualClock } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { createKeys } from "../src/keys.ts";
import { SCRIPTS } from "../src/scripts.ts";
import { startProxy } from "./support/proxy.ts";
import { dropPrefix, startServer, testPrefix } from "./support/redis.ts";

const server = await startServer();
const proxy = await startProxy(server.port);
const redis = new Redis(server.url, { protocol: 2 });
const clock = createManualClock();

afterAll(async () => {
  redis.disconnect();
  await proxy.close();
  await server.stop();
});

let prefix = "";
let store: Store;

beforeEach(async () => {
  prefix = testPrefix();
  store = await openRedisStore({ url: proxy.url, prefix, clock, commandTimeoutMs: 5000 });
});
afterEach(async () => {
  await store.close();
  await dropPrefix(redis, prefix);
});

/** Everything under the prefix but the kept answers: what a run left. */
async function dump(): Promise<Record<string, unknown>> {
  const { head } = createKeys(prefix, 0);
  const keys = (await redis.keys(`${head}*`)).filter((key) => !/:_(replies|schema)/.test(key)).sort();
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      return type === "hash" ? redis.hgetall(key) : redis.zrange(key, "0", "-1", "WITHSCORES");
    }),
  );
  return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
}

/** Loses the answers to the next `count` runs of a script. */
const loseAnswers = (script: string, count: number) => {
  const { lua } = SCRIPTS.get(script) ?? { lua: "" };
  const sha = redis.script("LOAD", lua);
  return sha.then((known) => ({
    lost: proxy.loseReplies(count, (request) => request.includes(String(known)) || request.includes(lua.slice(-200))),
  }));
};

const limits = { ttlMs: 1000, reservationMs: 500, maxEntries: 10 };
const reservation = { scope: "s", key: "k", bodySha256: Buffer.alloc(32), ...limits };
const NEW_TASK = { indexUid: "movies", type: "indexCreation", nodeTasks: {} };

interface Case {
  readonly given?: (store: Store) => Promise<unknown>;
  readonly call: (store: Store) => Promise<unknown>;
  /** Once is enough to see what one run leaves. */
  readonly expected: unknown;
}

/** The claim that a case's call ends. */
let held: ClaimedJob | null = null;

/** Writes that would do more, or answer otherwise, if they ran twice. */
const CASES: Readonly<Record<string, Case>> = {
  "create-task": { call: async (s) => (await s.tasks.create(NEW_TASK)).uid, expected: 0 },
  "claim-job": {
    given: async (s) => {
      await s.jobs.enqueue({ id: "a", type: "t", params: {} });
      await s.jobs.enqueue({ id: "b", type: "t", params: {} });
    },
    call: async (s) => (await s.jobs.claim("w", ["t"], 100))?.id,
    expected: "a",
  },
  "complete-and-claim-job": {
    given: async (s) => {
      for (const id of ["a", "b", "c"]) await s.jobs.enqueue({ id, type: "t", params: {} });
      held = await s.jobs.claim("w", ["t"], 100);
    },
    call: async (s) => {
      const next = { worker: "w", types: ["t"], leaseMs: 100 };
      return (await s.jobs.completeAndClaim("a", held?.claimToken ?? "", null, next))?.id;
    },
    expected: "b",
  },
  "complete-and-claim-jobs": {
    given: async (s) => {
      for (const id of ["a", "b", "c"]) await s.jobs.enqueue({ id, type: "t", params: {} });
      held = await s.jobs.claim("w", ["t"], 100);
    },
    call: async (s) => {
      const ends = [{ id: "a", token: held?.claimToken ?? "", result: 1 }];
      const batch = await s.jobs.completeAndClaimMany(ends, { worker: "w", types: ["t"], leaseMs: 100 }, 1);
      return { ...batch, claimed: batch.claimed.map(({ id }) => id) };
    },
    expected: { completions: ["completed"], claimed: ["b"] },
  },
  "enqueue-jobs": {
    call: async (s) => (await s.jobs.enqueueMany([1, 2].map(() => ({ type: "t", params: {} })))).map((row) => row?.seq),
    expected: [0, 1],
  },
  "enqueue-job": { call: async (s) => (await s.jobs.enqueue({ type: "t", params: {} })).seq, expected: 0 },
  "consume-rate": {
    call: (s) => s.rateLimits.consume("b", "k", { limit: 5, windowMs: 100 }),
    expected: { allowed: true, remaining: 4, resetAt: clock.now() + 100 },
  },
  "record-login-failure": { call: async (s) => (await s.loginBackoff.recordFailure("k")).failures, expected: 1 },
  "create-row": {
    call: async (s) => (await s.aliases.create("a", { kind: "single", currentUid: "i" })).version,
    expected: 1,
  },
  "flip-alias": {
    given: (s) => s.aliases.create("a", { kind: "single", currentUid: "i" }),
    call: async (s) => (await s.aliases.flip("a", { kind: "single", currentUid: "j" }, 1, 5)).version,
    expected: 2,
  },
  "delete-row": {
    given: (s) => s.aliases.create("a", { kind: "single", currentUid: "i" }),
    call: (s) => s.aliases.delete("a", null),
    expected: true,
  },
  "reserve-key": { call: async (s) => (await s.idempotencyCache.reserve(reservation)).outcome, expected: "reserved" },
  "take-sequence": {
    given: (s) => s.indexes.create({ uid: "i", physicalUid: "p", primaryKey: null }),
    call: async (s) => [await s.indexes.takeSequence("i", 10), await s.indexes.takeSequence("i", 1)],
    expected: [0, 10],
  },
  "swap-indexes": {
    given: async (s) => {
      await s.indexes.create({ uid: "i", physicalUid: "p", primaryKey: null });
      await s.indexes.create({ uid: "j", physicalUid: "q", primaryKey: null });
    },
    call: async (s) => {
      await s.indexes.swap([{ uids: ["i", "j"], rename: false }], null);
      return (await s.indexes.get("i"))?.physicalUid;
    },
    expected: "q",
  },
  "append-overflow": {
    call: (s) =>
      s.cdcOverflow.append(
        "s",
        [
          { position: 1, event: "abc" },
          { position: 2, event: "def" },
        ],
        4,
      ),
    expected: { kept: 1, dropped: 1, lost: { from: 1, to: 1 } },
  },
  "rename-task-index": {
    given: async (s) => {
      for (let i = 0; i < 3; i++) await s.tasks.create(NEW_TASK);
    },
    call: (s) => s.tasks.renameIndex("movies", "films", { below: 3, limit: 2 }),
    expected: 2,
  },
  "prune-tasks": {
    given: async (s) => {
      for (let i = 0; i < 4; i++) await s.tasks.create({ ...NEW_TASK, status: "failed" });
    },
    call: (s) => s.tasks.pruneFinished(clock.now() + 1, 2),
    expected: 2,
  },
  "put-search-ui-config": {
    given: (s) => s.searchUiConfig.put("i", {}, null),
    call: async (s) => (await s.searchUiConfig.put("i", { a: 1 }, clock.now())).updatedAt,
    expected: clock.now() + 1,
  },
  "put-webhook": {
    given: (s) => s.webhooks.put({ uuid: "w", url: "a", headers: {} }, null, 20),
    call: async (s) => (await s.webhooks.put({ uuid: "w", url: "b", headers: {} }, clock.now(), 20)).updatedAt,
    expected: clock.now() + 1,
  },
  "note-write-hint": {
    call: async (s) => (await s.writeHints.note("n", "i", [3, 1])).version,
    expected: 1,
  },
  "settle-write-hint": {
    given: (s) => s.writeHints.note("n", "i", [3, 1]),
    call: async (s) => (await s.writeHints.settle("n", "i", 1, [3]))?.shards,
    expected: [1],
  },
  "acquire-lease": { call: async (s) => (await s.leaderLease.acquire("s", "h", 100)).lease.epoch, expected: 1 },
};

describe("a write whose answer was lost", () => {
  it.each(Object.keys(CASES))("%s: is sent again, and leaves and answers what one run does", async (script) => {
    const { given, call, expected } = CASES[script] as Case;
    await given?.(store);
    const { lost } = await loseAnswers(script, 1);
    expect(await call(store)).toEqual(expected);
    await lost;
    const after = await dump();
    // The same calls again, elsewhere, with nothing lost.
    await dropPrefix(redis, prefix);
    await given?.(store);
    expect(await call(store)).toEqual(expected);
    expect(shapes(await dump())).toEqual(shapes(after));
  });

  it("is not run again even when the answer is lost twice", async () => {
    const { lost } = await loseAnswers("create-task", 2);
    expect((await store.tasks.create(NEW_TASK)).uid).toBe(0);
    await lost;
    expect((await store.tasks.list({}, {})).total).toBe(1);
  });

  it("is unavailable, and done once, when every answer is lost", async () => {
    const { lost } = await loseAnswers("create-task", 3);
    await expect(store.tasks.create(NEW_TASK)).rejects.toMatchObject({ code: "unavailable", retryable: true });
    await lost;
    expect((await store.tasks.create(NEW_TASK)).uid).toBe(1);
    expect((await store.tasks.list({}, {})).total).toBe(2);
  });
});

describe("a call that its caller gave up", () => {
  it("changes nothing when it arrives after a later one of its slot", async () => {
    await store.tasks.create(NEW_TASK);
    await store.tasks.create(NEW_TASK);
    const { replies, index, row } = createKeys(prefix, 0);
    const [handle = ""] = await redis.keys(`${replies("")}*`);
    const sha = String(await redis.script("LOAD", SCRIPTS.get("create-task")?.lua ?? ""));
    const counts = [index("task_counts", "kinds"), index("task_counts", "pairs")];
    const keys = [handle, handle, index("tasks"), ...counts, row("counters", "tasks"), index("counters")];
    const late = await redis.evalsha(sha, keys.length, ...keys, "", "0", "1", "", "", "9", "enqueued", "type", "late");
    expect(late).toEqual(["stale"]);
    expect((await store.tasks.list({}, {})).total).toBe(2);
  });
});

/** Keys and rows hold random ids; what is compared is what there is of each kind, and how much. */
const shapes = (rows: Record<string, unknown>): string[] =>
  Object.entries(rows)
    .map(
      ([key, value]) =>
        `${key.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")} ${Object.keys(value as object).length}`,
    )
    .sort();
