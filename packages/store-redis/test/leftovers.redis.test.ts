import { createManualClock } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
const prefix = testPrefix();
const clock = createManualClock();
const store = await openRedisStore({ url: server.url, prefix, clock });

beforeEach(() => dropPrefix(redis, prefix));
afterEach(() => dropPrefix(redis, prefix));
afterAll(async () => {
  await store.close();
  redis.disconnect();
  await server.stop();
});

/** The tables' keys, but for the counters, which never go. */
const keys = async (): Promise<string[]> =>
  (await redis.keys(`{${prefix}}:*`)).filter((key) => !/:(_replies|_schema|counters):?/.test(key)).sort();

const error = { message: "m", code: "c", type: "t", link: "" };

describe("what goes leaves no key behind", () => {
  it.each(["deleted", "pruned"])("tasks that are %s", async (how) => {
    const { tasks } = store;
    for (const indexUid of ["movies", null]) {
      const { uid } = await tasks.create({ indexUid, type: "t", nodeTasks: {} });
      await tasks.transition(uid, { status: "processing", canceledBy: 7, details: { a: 1 } });
      await tasks.transition(uid, { status: "canceled", canceledBy: 8, details: null });
      await tasks.create({ indexUid, type: "t", nodeTasks: {}, status: "failed", error });
    }
    expect((await keys()).length).toBeGreaterThan(4);
    const gone = how === "deleted" ? tasks.deleteFinished({}, 10) : tasks.pruneFinished(clock.now() + 1, 10);
    expect(await gone).toBe(4);
    expect(await keys()).toEqual([]);
  });

  it("jobs that are pruned", async () => {
    const { jobs } = store;
    for (const [dedupeKey, parentId] of [
      ["d", "p"],
      [undefined, "p"],
      ["e", undefined],
      [undefined, undefined],
    ]) {
      await jobs.enqueue({ type: "t", params: {}, dedupeKey, parentId });
    }
    await jobs.enqueue({ id: "retried", type: "t", params: {}, maxAttempts: 2 });
    for (const end of ["complete", "fail", "cancel", "complete", "expire", "expire"] as const) {
      const job = await jobs.claim("w", ["t"], 100);
      const { id = "", claimToken = "" } = job ?? {};
      await jobs.heartbeat(id, claimToken, { done: 1 });
      if (end === "complete") await jobs.complete(id, claimToken, 1);
      else if (end === "fail") await jobs.fail(id, claimToken, error, null);
      else if (end === "cancel") await jobs.cancel(id);
      else {
        clock.advance(100);
        expect(await jobs.requeueExpired(10)).toBe(1);
      }
    }
    expect((await keys()).length).toBeGreaterThan(5);
    expect(await jobs.pruneFinished(clock.now() + 1, 10)).toBe(5);
    expect(await keys()).toEqual([]);
  });

  it("jobs of batches", async () => {
    const batch = [{ dedupeKey: "d", parentId: "p" }, { dedupeKey: "e" }, { parentId: "p" }, {}];
    await store.jobs.enqueueMany(batch.map((job) => ({ type: "t", params: {}, ...job })));
    const next = { worker: "w", types: ["t"], leaseMs: 100 };
    const { claimed } = await store.jobs.completeAndClaimMany([], next, 4);
    const ends = claimed.map(({ id, claimToken }) => ({ id, token: claimToken, result: 1 }));
    await store.jobs.completeAndClaimMany(ends, next, 1);
    expect(await store.jobs.pruneFinished(clock.now() + 1, 10)).toBe(4);
    expect(await keys()).toEqual([]);
  });

  it.each(["settled", "deleted by index", "deleted by node"])("write hints that are %s", async (how) => {
    const { writeHints } = store;
    const { version } = await writeHints.note("_node:1", "movies", [1]);
    expect(await keys()).toHaveLength(4);
    if (how === "settled") await writeHints.settle("_node:1", "movies", version, [1]);
    else if (how === "deleted by index") await writeHints.deleteByIndex("movies", 1);
    else await writeHints.deleteByNode("_node:1", 1);
    expect(await keys()).toEqual([]);
  });

  it("sessions, reservations, answers and log-ins that are swept", async () => {
    const limits = { bodySha256: Buffer.alloc(32), ttlMs: 100, reservationMs: 100, maxEntries: 10 };
    for (const key of ["a", "_b"]) {
      const pin = { indexUid: key, taskUid: 1, group: 0, settingsVersion: 1 };
      await store.sessions.recordWrite(key, pin, { ttlMs: 100, maxSessions: 10 });
      const reserved = await store.idempotencyCache.reserve({ scope: "s", key, ...limits });
      if (key === "a" && reserved.outcome === "reserved") {
        await store.idempotencyCache.complete("s", key, reserved.token, { taskUid: 1, status: 202, body: "" });
      }
      const login = { sessionId: key, csrfToken: "c", adminKeyHash: "a".repeat(64), ttlMs: 100 };
      await store.adminSessions.create({ ...login, userAgent: null, sourceIp: null });
    }
    await store.adminSessions.revoke("a");
    clock.advance(100);
    expect(await store.sweep(10)).toBe(6);
    expect(await keys()).toEqual([]);
  });
});

describe("rows that somebody deleted", () => {
  /** Deletes a table's rows from under their indexes. */
  const vanish = async (table: string): Promise<void> => {
    const members = await redis.zrange(`{${prefix}}:${table}:_index`, "0", "-1");
    expect(members.length).toBeGreaterThan(0);
    for (const member of members) await redis.del(`{${prefix}}:${table}:${member}`);
  };

  it("stand in the way of no claim, requeue or pruning of others", async () => {
    const { jobs } = store;
    const add = (id: string) => jobs.enqueue({ id, type: "t", params: {} });
    await add("gone");
    await jobs.claim("w", ["t"], 100);
    await vanish("jobs");
    await add("claimed");
    await jobs.claim("w", ["t"], 100);
    clock.advance(100);
    await jobs.requeueExpired(10);
    expect(await jobs.requeueExpired(10)).toBe(0);
    const job = await jobs.claim("w", ["t"], 100);
    expect(job?.id).toBe("claimed");
    await jobs.complete("claimed", job?.claimToken ?? "", null);
    await vanish("jobs");
    await jobs.pruneFinished(clock.now() + 1, 10);
    expect(await jobs.pruneFinished(clock.now() + 1, 10)).toBe(0);
  });

  it("hold up no batch, and what cannot be read is named", async () => {
    const { jobs } = store;
    const row = (id: string) => `{${prefix}}:jobs:${id}`;
    const next = { worker: "w", types: ["t"], leaseMs: 100 };
    for (const column of ["attempts", "seq"]) {
      await jobs.enqueueMany(["gone", "good", "bad"].map((id) => ({ id, type: "t", params: {} })));
      await redis.del(row("gone"));
      await redis.hdel(row("bad"), column);
      const { claimed } = await jobs.completeAndClaimMany([], next, 3);
      expect(claimed.map(({ id }) => id)).toEqual(["good"]);
      const wrong = { code: "corrupt_row", message: expect.stringContaining(column) };
      await expect(jobs.completeAndClaimMany([], next, 3)).rejects.toMatchObject(wrong);
      await dropPrefix(redis, prefix);
    }
    const spoilt = { state: null, seq: null, "seq ": "x" };
    for (const [column, value] of Object.entries(spoilt)) {
      await jobs.enqueue({ id: "a", type: "t", params: {} });
      const token = (await jobs.claim("w", ["t"], 100))?.claimToken ?? "";
      if (value === null) await redis.hdel(row("a"), column);
      else await redis.hset(row("a"), column.trim(), value);
      const wrong = { code: "corrupt_row", message: expect.stringContaining(column.trim()) };
      const complete = jobs.completeAndClaimMany([{ id: "a", token, result: 1 }], next, 1);
      await expect(complete).rejects.toMatchObject(wrong);
      await dropPrefix(redis, prefix);
    }
  });

  it("hold up no renaming of tasks", async () => {
    for (let i = 0; i < 4; i++) await store.tasks.create({ indexUid: "movies", type: "t", nodeTasks: {} });
    await redis.del(`{${prefix}}:tasks:0`);
    await redis.hdel(`{${prefix}}:tasks:1`, "status");
    await redis.hdel(`{${prefix}}:tasks:2`, "type");
    expect(await store.tasks.renameIndex("movies", "films", { below: 9, limit: 9 })).toBe(4);
    expect((await store.tasks.get(3))?.indexUid).toBe("films");
  });

  it("stand in the way of no pruning of tasks", async () => {
    const task = { indexUid: "movies", type: "t", nodeTasks: {}, status: "failed" } as const;
    await store.tasks.create(task);
    await vanish("tasks");
    const { uid } = await store.tasks.create(task);
    await store.tasks.pruneFinished(clock.now() + 1, 10);
    expect(await store.tasks.get(uid)).toBeNull();
    expect(await store.tasks.pruneFinished(clock.now() + 1, 10)).toBe(0);
  });

  it("stand in the way of no sweep", async () => {
    const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 1 };
    await store.sessions.recordWrite("s", pin, { ttlMs: 100, maxSessions: 10 });
    const login = { sessionId: "s", csrfToken: "c", adminKeyHash: "a".repeat(64), ttlMs: 100 };
    await store.adminSessions.create({ ...login, userAgent: null, sourceIp: null });
    await vanish("sessions");
    await vanish("admin_sessions");
    clock.advance(100);
    expect(await store.sweep(10)).toBe(2);
    expect(await store.sweep(10)).toBe(0);
  });

  it("count as no gateway that has a key yet to observe", async () => {
    for (const generation of [0, 1]) await store.scopedKeys.rotate("movies", `k${generation}`, generation);
    await store.gateways.heartbeat("g", "a", 100);
    await vanish("gateways");
    expect((await store.scopedKeys.settle("movies")).settled).toBe(true);
  });

  it("hold up no list of the newest runs", async () => {
    const run = { status: "pass", latencyMs: 1, failedAssertions: [] } as const;
    const canary = { indexUid: "movies", intervalMs: 1, query: {}, assertions: [], enabled: true };
    for (const id of ["a", "b"]) {
      await store.canaries.put({ id, name: id, ...canary });
      await store.canaryRuns.record({ ...run, canaryId: id, runId: "r" }, 10);
    }
    await redis.del(`{${prefix}}:canary_runs:_by_canary:a`);
    expect((await store.canaryRuns.latest({})).items.map(({ canaryId }) => canaryId)).toEqual(["b"]);
  });

  it("lend no right to write: a lease without its deadline is nobody's", async () => {
    const { lease } = await store.leaderLease.acquire("s", "h", 10_000);
    await redis.hdel(`{${prefix}}:leader_lease:s`, "expires_at");
    const fence = { scope: "s", epoch: lease.epoch };
    const create = store.aliases.create("a", { kind: "single", currentUid: "i" }, { fence });
    await expect(create).rejects.toMatchObject({ code: "not_holder" });
  });
});

describe("kept answers", () => {
  it("go an hour after the last writes of their handle", async () => {
    const beat = () => store.gateways.heartbeat("g", "a", 100);
    await beat();
    const [kept = ""] = await redis.keys(`{${prefix}}:_replies:*`);
    expect(await redis.pttl(kept)).toBeGreaterThan(3_500_000);
    await redis.pexpire(kept, 1_000_000);
    for (let i = 0; i < 16; i++) await beat();
    expect(await redis.pttl(kept)).toBeGreaterThan(3_500_000);
    expect(await redis.pttl(kept)).toBeLessThanOrEqual(3_600_000);
  });
});
