import { expect } from "vitest";
import type { ClaimedJob, NewJob, NextClaim } from "../../src/tables/jobs.ts";
import { defined, listsInPages, race, range, refused, refusedAt, values } from "../expecting.ts";
import type { PartTests, TestContext } from "../subject.ts";

const job = (over: Partial<NewJob> = {}): NewJob => ({ type: "reshard", params: { index: "movies" }, ...over });
const error = { message: "m", code: "internal", type: "internal", link: "" };

const next = (types: readonly string[] = ["reshard"]): NextClaim => ({ worker: "next", types, leaseMs: 50 });

async function claimed({ store }: Pick<TestContext, "store">, leaseMs = 100): Promise<ClaimedJob> {
  return defined(await store.jobs.claim("worker", ["reshard"], leaseMs));
}

export const jobsTests = {
  "jobs.enqueue": {
    "keeps jobs of different dedupe keys apart": async ({ store }) => {
      const first = await store.jobs.enqueue(job({ dedupeKey: "a" }));
      const second = await store.jobs.enqueue(job({ dedupeKey: "b" }));
      expect(second).toMatchObject({ dedupeKey: "b", seq: first.seq + 1 });
      expect(await store.jobs.enqueue(job({ dedupeKey: "b" }))).toEqual(second);
      expect(await store.jobs.enqueue(job({ dedupeKey: "a" }))).toEqual(first);
    },
    "queues it with its defaults": async ({ store, clock }) => {
      const now = clock.now();
      const row = await store.jobs.enqueue(job());
      expect(row).toEqual({
        id: expect.any(String),
        seq: expect.any(Number),
        type: "reshard",
        params: { index: "movies" },
        state: "queued",
        dedupeKey: null,
        parentId: null,
        runAt: now,
        attempts: 0,
        maxAttempts: 3,
        claimedBy: null,
        claimToken: null,
        claimExpiresAt: null,
        claimLeaseMs: null,
        progress: null,
        result: null,
        error: null,
        createdAt: now,
        updatedAt: now,
        finishedAt: null,
      });
      expect(await store.jobs.get(row.id)).toEqual(row);
      expect((await store.jobs.enqueue(job())).id).not.toBe(row.id);
    },
    "gives back the job with the same id where it is equal": async ({ store }) => {
      const first = await store.jobs.enqueue(job({ id: "j", params: { a: 1, b: [2, { c: 3 }] } }));
      expect(await store.jobs.enqueue(job({ id: "j", params: { b: [2, { c: 3 }], a: 1 } }))).toEqual(first);
      const differs = store.jobs.enqueue(job({ id: "j", params: { a: 2 } }));
      await refusedAt(differs, "already_exists", "jobs", "enqueue", ["j"]);
      await refused(store.jobs.enqueue(job({ id: "j", type: "other", params: first.params })), "already_exists");
      expect((await store.jobs.list({}, {})).items).toEqual([first]);
    },
    "gives back the unfinished job with the same dedupe key, and only that": async (t) => {
      const first = await t.store.jobs.enqueue(job({ dedupeKey: "d" }));
      expect(await t.store.jobs.enqueue(job({ dedupeKey: "d", params: { other: 1 } }))).toEqual(first);
      const claim = await claimed(t);
      expect((await t.store.jobs.enqueue(job({ dedupeKey: "d" }))).id).toBe(first.id);
      await t.store.jobs.complete(claim.id, claim.claimToken, null);
      expect((await t.store.jobs.enqueue(job({ dedupeKey: "d" }))).id).not.toBe(first.id);
    },
    "makes one job of many callers with one dedupe key": async (t) => {
      const rows = values(await race(t, 20, (store) => store.jobs.enqueue(job({ dedupeKey: "d" }))));
      expect(new Set(rows.map((row) => row.id)).size).toBe(1);
      expect((await t.store.jobs.list({}, {})).items).toHaveLength(1);
    },
    "refuses what is no job": async ({ store }) => {
      await refused(store.jobs.enqueue(job({ maxAttempts: 0 })), "invalid_argument");
      await refused(store.jobs.enqueue(job({ runAt: -1 })), "invalid_argument");
      await refused(store.jobs.enqueue(job({ params: [] as never })), "invalid_argument");
    },
  },
  "jobs.enqueueMany": {
    "queues each as enqueue does, in their order": async ({ store, clock }) => {
      const rows = await store.jobs.enqueueMany([
        job({ id: "a", dedupeKey: "d", parentId: "p" }),
        job({ type: "other", runAt: clock.now() + 5, maxAttempts: 7, params: { a: { b: [1, null] } } }),
        job(),
      ]);
      expect(rows.map((row) => row && (({ id: _, seq: __, ...rest }) => rest)(row))).toEqual(
        [
          { type: "reshard", params: { index: "movies" }, dedupeKey: "d", parentId: "p" },
          { type: "other", params: { a: { b: [1, null] } }, runAt: clock.now() + 5, maxAttempts: 7 },
          { type: "reshard", params: { index: "movies" } },
        ].map((given) => ({
          ...{ state: "queued", dedupeKey: null, parentId: null, runAt: clock.now(), attempts: 0, maxAttempts: 3 },
          ...{ claimedBy: null, claimToken: null, claimExpiresAt: null, claimLeaseMs: null },
          ...{ progress: null, result: null, error: null, finishedAt: null },
          ...{ createdAt: clock.now(), updatedAt: clock.now() },
          ...given,
        })),
      );
      const [a, b, c] = rows.map(defined);
      expect([b?.seq, c?.seq]).toEqual([defined(a).seq + 1, defined(a).seq + 2]);
      const after = await store.jobs.enqueue(job());
      expect(after.seq).toBe(defined(a).seq + 3);
      expect((await store.jobs.list({}, {})).items).toEqual([...rows, after]);
      expect((await store.jobs.list({ parentId: "p" }, {})).items).toEqual([a]);
      expect((await store.jobs.list({ type: "other", state: "queued" }, {})).items).toEqual([b]);
      expect((await store.jobs.counts()).byState).toMatchObject({ queued: 4 });
    },
    "gives back those that are there, and numbers only those that are not": async ({ store }) => {
      const [known, twin] = (await store.jobs.enqueueMany([job({ id: "a" }), job({ dedupeKey: "d" })])).map(defined);
      const rows = await store.jobs.enqueueMany([job({ id: "a" }), job({ id: "b" }), job({ dedupeKey: "d" }), job()]);
      expect([rows[0], rows[2]]).toEqual([known, twin]);
      expect([rows[1]?.seq, rows[3]?.seq]).toEqual([defined(twin).seq + 1, defined(twin).seq + 2]);
      expect((await store.jobs.list({}, {})).items).toEqual([known, twin, rows[1], rows[3]]);
    },
    "knows a job from an earlier place of the same batch": async ({ store }) => {
      const rows = await store.jobs.enqueueMany([
        ...[job({ id: "a" }), job({ id: "a" }), job({ id: "a", params: {} })],
        ...[job({ dedupeKey: "d" }), job({ dedupeKey: "d" })],
      ]);
      expect(rows).toEqual([rows[0], rows[0], null, rows[3], rows[3]]);
      expect((await store.jobs.list({}, {})).items).toEqual([rows[0], rows[3]]);
    },
    "keeps the others where one's id is another job's": async ({ store }) => {
      const first = await store.jobs.enqueue(job({ id: "a" }));
      const rows = await store.jobs.enqueueMany([job(), job({ id: "a", type: "other" }), job()]);
      expect(rows.map((row) => row === null)).toEqual([false, true, false]);
      expect((await store.jobs.list({}, {})).items).toEqual([first, rows[0], rows[2]]);
    },
    "are claimed first come, first served": async ({ store }) => {
      await store.jobs.enqueueMany(range(5).map((i) => job({ id: `${9 - i}` })));
      const order = [];
      for (const _ of range(5)) order.push((await store.jobs.claim("w", ["reshard"], 10))?.id);
      expect(order).toEqual(["9", "8", "7", "6", "5"]);
    },
    "takes none, a thousand, and no more": async ({ store }) => {
      expect(await store.jobs.enqueueMany([])).toEqual([]);
      const many = range(1000).map((i) => job({ id: `${i}` }));
      expect((await store.jobs.enqueueMany(many)).map((row) => row?.id)).toEqual(many.map(({ id }) => id));
      await refused(store.jobs.enqueueMany([...many, job()]), "invalid_argument");
      expect((await store.jobs.counts()).byState).toMatchObject({ queued: 1000 });
    },
    "refuses all where one is no job": async ({ store }) => {
      await refused(store.jobs.enqueueMany([job(), job({ maxAttempts: 0 })]), "invalid_argument");
      expect((await store.jobs.list({}, {})).items).toEqual([]);
    },
  },
  "jobs.claim": {
    "takes the first due of several types, in whichever order they are named": async ({ store, clock }) => {
      for (const types of [
        ["a", "b", "c"],
        ["c", "b", "a"],
      ]) {
        await store.jobs.enqueue(job({ type: "a", runAt: clock.now() }));
        await store.jobs.enqueue(job({ type: "b", runAt: clock.now() - 5 }));
        await store.jobs.enqueue(job({ type: "c", runAt: clock.now() - 5 }));
        const claimed = [];
        for (const _ of range(3)) claimed.push(defined(await store.jobs.claim("worker", types, 100)));
        expect(claimed.map(({ type, runAt }) => [type, clock.now() - runAt])).toEqual([
          ["b", 5],
          ["c", 5],
          ["a", 0],
        ]);
      }
    },
    "gives the right to write, new with every claim": async (t) => {
      await t.store.jobs.enqueue(job());
      const claim = await claimed(t);
      expect(claim).toMatchObject({
        state: "in_progress",
        attempts: 1,
        claimedBy: "worker",
        claimExpiresAt: t.clock.now() + 100,
        claimLeaseMs: 100,
      });
      expect(await t.store.jobs.get(claim.id)).toEqual(claim);
      expect(await t.store.jobs.claim("worker", ["reshard"], 100)).toBeNull();
      await t.store.jobs.fail(claim.id, claim.claimToken, error, t.clock.now());
      expect((await claimed(t)).claimToken).not.toBe(claim.claimToken);
    },
    "takes due jobs by run time, then first come, of the types asked for": async ({ store, clock }) => {
      const now = clock.now();
      for (const [id, type, runAt] of [
        ["late", "a", now + 10],
        ["second", "a", now],
        ["third", "b", now],
        ["first", "b", now - 10],
        ["fourth", "a", now],
        ["other", "c", now - 20],
      ] as const) {
        await store.jobs.enqueue(job({ id, type, runAt }));
      }
      const order = [];
      for (let next = await store.jobs.claim("w", ["a", "b"], 10); next !== null; ) {
        order.push(next.id);
        next = await store.jobs.claim("w", ["a", "b"], 10);
      }
      expect(order).toEqual(["first", "second", "third", "fourth"]);
      clock.advance(9);
      expect(await store.jobs.claim("w", ["a", "b"], 10)).toBeNull();
      clock.advance(1);
      expect((await store.jobs.claim("w", ["a", "b"], 10))?.id).toBe("late");
    },
    "gives each job to one of many workers": async (t) => {
      for (const _ of range(7)) await t.store.jobs.enqueue(job());
      const claims = values(await race(t, 20, (store, i) => store.jobs.claim(`worker-${i}`, ["reshard"], 100)));
      const won = claims.filter((claim) => claim !== null);
      expect(won).toHaveLength(7);
      expect(new Set(won.map((claim) => claim.id)).size).toBe(7);
      for (const claim of won) expect(await t.store.jobs.get(claim.id)).toEqual(claim);
    },
    "refuses no types": async ({ store }) => {
      await refused(store.jobs.claim("w", [], 10), "invalid_argument");
      await refused(store.jobs.claim("w", ["a"], 0), "invalid_argument");
    },
  },
  "jobs.heartbeat": {
    "extends the claim by its lease and keeps the progress": async (t) => {
      await t.store.jobs.enqueue(job());
      const claim = await claimed(t);
      t.clock.advance(99);
      const beaten = await t.store.jobs.heartbeat(claim.id, claim.claimToken, { moved: 3 });
      expect(beaten).toMatchObject({ claimExpiresAt: t.clock.now() + 100, progress: { moved: 3 } });
      expect(await t.store.jobs.get(claim.id)).toEqual(beaten);
    },
    "refuses a claim that expired, at its deadline exactly": async (t) => {
      await t.store.jobs.enqueue(job());
      const claim = await claimed(t);
      t.clock.advance(100);
      const { id, claimToken } = claim;
      await refusedAt(t.store.jobs.heartbeat(id, claimToken, null), "not_holder", "jobs", "heartbeat", [id]);
      expect(await t.store.jobs.get(id)).toEqual(claim);
    },
    "refuses another's token and a job that is not there": async (t) => {
      await t.store.jobs.enqueue(job());
      const { id } = await claimed(t);
      await refusedAt(t.store.jobs.heartbeat(id, "x", null), "not_holder", "jobs", "heartbeat", [id]);
      await refusedAt(t.store.jobs.heartbeat("none", "x", null), "not_found", "jobs", "heartbeat", ["none"]);
    },
  },
  "jobs.complete": {
    "ends the job with its result, and again without error": async (t) => {
      await t.store.jobs.enqueue(job());
      const claim = await claimed(t);
      const done = await t.store.jobs.complete(claim.id, claim.claimToken, { moved: [1, 2] });
      expect(done).toMatchObject({
        state: "completed",
        result: { moved: [1, 2] },
        claimedBy: null,
        claimExpiresAt: null,
        finishedAt: t.clock.now(),
      });
      t.clock.advance(500);
      expect(await t.store.jobs.complete(claim.id, claim.claimToken, { moved: [1, 2] })).toEqual(done);
      expect(await t.store.jobs.get(claim.id)).toEqual(done);
    },
    "refuses a claim that expired, requeued or not, or passed on": async (t) => {
      await t.store.jobs.enqueue(job());
      const { id, claimToken } = await claimed(t);
      const complete = () => t.store.jobs.complete(id, claimToken, null);
      t.clock.advance(100);
      await refusedAt(complete(), "not_holder", "jobs", "complete", [id]);
      await t.store.jobs.requeueExpired(10);
      await refused(complete(), "not_holder");
      const next = await claimed(t);
      await refused(complete(), "not_holder");
      expect(await t.store.jobs.get(id)).toEqual(next);
      await t.store.jobs.complete(id, next.claimToken, null);
      await refused(complete(), "not_holder");
    },
    "refuses a job that is not there": async ({ store }) => {
      await refusedAt(store.jobs.complete("none", "x", null), "not_found", "jobs", "complete", ["none"]);
    },
  },
  "jobs.completeAndClaim": {
    "does what completing and then claiming do": async (t) => {
      for (const id of ["a", "b", "c"]) await t.store.jobs.enqueue(job({ id }));
      const first = await claimed(t);
      t.clock.advance(5);
      const second = defined(
        await t.store.jobs.completeAndClaim(first.id, first.claimToken, { moved: [1, 2] }, next()),
      );
      expect(second).toMatchObject({
        id: "b",
        state: "in_progress",
        attempts: 1,
        claimedBy: "next",
        claimExpiresAt: t.clock.now() + 50,
        claimLeaseMs: 50,
      });
      expect(await t.store.jobs.get("b")).toEqual(second);
      const done = await t.store.jobs.get("a");
      expect(done).toMatchObject({ state: "completed", result: { moved: [1, 2] }, claimedBy: null });
      expect(done).toMatchObject({ claimExpiresAt: null, claimLeaseMs: null, finishedAt: t.clock.now() });
      const third = defined(await t.store.jobs.completeAndClaim("b", second.claimToken, null, next()));
      expect(third.claimToken).not.toBe(second.claimToken);
      expect(await t.store.jobs.completeAndClaim("c", third.claimToken, null, next())).toBeNull();
      expect((await t.store.jobs.counts()).byState).toMatchObject({ queued: 0, in_progress: 0, completed: 3 });
      expect((await t.store.jobs.enqueue(job({ id: "c" }))).state).toBe("completed");
    },
    "claims by run time, then first come, of the types asked for": async ({ store, clock }) => {
      const now = clock.now();
      for (const [id, type, runAt] of [
        ["third", "a", now],
        ["second", "b", now - 10],
        ["other", "c", now - 20],
        ["late", "a", now + 10],
        ["first", "a", now - 30],
      ] as const) {
        await store.jobs.enqueue(job({ id, type, runAt }));
      }
      const order = [];
      let held = await store.jobs.claim("w", ["a"], 10);
      while (held !== null) {
        order.push(held.id);
        held = await store.jobs.completeAndClaim(held.id, held.claimToken, null, next(["a", "b"]));
      }
      expect(order).toEqual(["first", "second", "third"]);
    },
    "keeps the first result of a job completed already, and claims": async (t) => {
      await t.store.jobs.enqueue(job({ id: "a" }));
      await t.store.jobs.enqueue(job({ id: "b" }));
      const { id, claimToken } = await claimed(t);
      const done = await t.store.jobs.complete(id, claimToken, 1);
      t.clock.advance(5);
      expect(await t.store.jobs.completeAndClaim(id, claimToken, 2, next())).toMatchObject({ id: "b" });
      expect(await t.store.jobs.get(id)).toEqual(done);
    },
    "frees the dedupe key": async (t) => {
      const { id } = await t.store.jobs.enqueue(job({ dedupeKey: "d" }));
      const { claimToken } = await claimed(t);
      expect(await t.store.jobs.completeAndClaim(id, claimToken, null, next())).toBeNull();
      expect((await t.store.jobs.enqueue(job({ dedupeKey: "d" }))).id).not.toBe(id);
    },
    "claims nothing where the claim has ended or the job is not there": async (t) => {
      await t.store.jobs.enqueue(job({ id: "a" }));
      await t.store.jobs.enqueue(job({ id: "b" }));
      const { id, claimToken } = await claimed(t);
      const call = (job: string, token: string) => t.store.jobs.completeAndClaim(job, token, null, next());
      await refusedAt(call("none", claimToken), "not_found", "jobs", "completeAndClaim", ["none"]);
      await refusedAt(call("a", "x"), "not_holder", "jobs", "completeAndClaim", ["a"]);
      await refused(call("b", claimToken), "not_holder");
      t.clock.advance(100);
      await refused(call(id, claimToken), "not_holder");
      await t.store.jobs.requeueExpired(10);
      await refused(call(id, claimToken), "not_holder");
      expect((await t.store.jobs.counts()).byState).toMatchObject({ queued: 2, in_progress: 0, completed: 0 });
    },
    "gives each job to one of many workers": async (t) => {
      for (const _ of range(8)) await t.store.jobs.enqueue(job());
      const held = await Promise.all(range(4).map(() => claimed(t)));
      const claims = values(
        await race(t, 4, (store, i) => {
          const { id, claimToken } = defined(held[i]);
          return store.jobs.completeAndClaim(id, claimToken, i, next());
        }),
      );
      expect(new Set([...held, ...claims].map((claim) => claim?.id)).size).toBe(8);
      expect((await t.store.jobs.counts()).byState).toMatchObject({ queued: 0, in_progress: 4, completed: 4 });
    },
    "refuses no types": async ({ store }) => {
      await refused(store.jobs.completeAndClaim("a", "x", null, next([])), "invalid_argument");
    },
  },
  "jobs.completeAndClaimMany": {
    "claims as many as are due and wanted, each with a token of its own": async ({ store, clock }) => {
      await store.jobs.enqueueMany([..."abcde"].map((id) => job({ id })));
      await store.jobs.enqueue(job({ id: "late", runAt: clock.now() + 1 }));
      await store.jobs.enqueue(job({ id: "other", type: "other", runAt: 0 }));
      const none = await store.jobs.completeAndClaimMany([], next(), 0);
      expect(none).toEqual({ completions: [], claimed: [] });
      const { claimed: first } = await store.jobs.completeAndClaimMany([], next(), 3);
      expect(first.map(({ id }) => id)).toEqual(["a", "b", "c"]);
      const { claimed: rest } = await store.jobs.completeAndClaimMany([], next(), 1000);
      expect(rest.map(({ id }) => id)).toEqual(["d", "e"]);
      const all = [...first, ...rest];
      expect(new Set(all.map(({ claimToken }) => claimToken)).size).toBe(5);
      for (const claim of all) {
        expect(claim).toMatchObject({ state: "in_progress", attempts: 1, claimedBy: "next", claimLeaseMs: 50 });
        expect(claim.claimExpiresAt).toBe(clock.now() + 50);
        expect(await store.jobs.get(claim.id)).toEqual(claim);
      }
      expect((await store.jobs.counts()).byState).toMatchObject({ queued: 2, in_progress: 5 });
    },
    "claims by run time, then first come, of the types asked for": async ({ store, clock }) => {
      const now = clock.now();
      await store.jobs.enqueueMany([
        ...[job({ id: "fourth", type: "a", runAt: now }), job({ id: "second", type: "b", runAt: now - 10 })],
        ...[job({ id: "other", type: "c", runAt: now - 20 }), job({ id: "late", type: "a", runAt: now + 10 })],
        ...[job({ id: "first", type: "a", runAt: now - 30 }), job({ id: "third", type: "b", runAt: now - 5 })],
      ]);
      const { claimed } = await store.jobs.completeAndClaimMany([], next(["b", "a", "b"]), 3);
      expect(claimed.map(({ id }) => id)).toEqual(["first", "second", "third"]);
      const { claimed: rest } = await store.jobs.completeAndClaimMany([], next(["b", "a"]), 3);
      expect(rest.map(({ id }) => id)).toEqual(["fourth"]);
    },
    "completes each with its result and frees its dedupe key": async ({ store, clock }) => {
      await store.jobs.enqueueMany([job({ id: "a", dedupeKey: "d" }), job({ id: "b" }), job({ id: "c" })]);
      const { claimed: held } = await store.jobs.completeAndClaimMany([], next(), 2);
      clock.advance(5);
      const ends = held.map(({ id, claimToken }, i) => ({ id, token: claimToken, result: { moved: [i] } }));
      const { completions, claimed } = await store.jobs.completeAndClaimMany(ends, next(), 5);
      expect(completions).toEqual(["completed", "completed"]);
      expect(claimed.map(({ id }) => id)).toEqual(["c"]);
      for (const [i, { id, claimToken }] of held.entries()) {
        expect(await store.jobs.get(id)).toMatchObject({
          ...{ state: "completed", result: { moved: [i] }, error: null, claimToken },
          ...{ claimedBy: null, claimExpiresAt: null, claimLeaseMs: null },
          ...{ updatedAt: clock.now(), finishedAt: clock.now() },
        });
      }
      expect((await store.jobs.counts()).byState).toMatchObject({ queued: 0, in_progress: 1, completed: 2 });
      expect((await store.jobs.list({ state: "completed" }, {})).items.map(({ id }) => id)).toEqual(["a", "b"]);
      expect((await store.jobs.enqueue(job({ dedupeKey: "d" }))).id).not.toBe("a");
      clock.advance(1);
      expect(await store.jobs.pruneFinished(clock.now(), 10)).toBe(2);
    },
    "completes and claims what it can where some completions are refused": async (t) => {
      await t.store.jobs.enqueueMany([..."abcd"].map((id) => job({ id })));
      const { claimed: short } = await t.store.jobs.completeAndClaimMany([], { ...next(), leaseMs: 10 }, 1);
      const { claimed: long } = await t.store.jobs.completeAndClaimMany([], next(), 2);
      t.clock.advance(10);
      const end = (id: string, token: string | undefined) => ({ id, token: token ?? "", result: 1 });
      const { completions, claimed } = await t.store.jobs.completeAndClaimMany(
        [end("a", short[0]?.claimToken), end("none", "x"), end("b", long[0]?.claimToken), end("c", "x"), end("d", "x")],
        next(),
        5,
      );
      expect(completions).toEqual(["not_holder", "not_found", "completed", "not_holder", "not_holder"]);
      expect(claimed.map(({ id }) => id)).toEqual(["d"]);
      expect(await t.store.jobs.get("a")).toEqual(short[0]);
      expect(await t.store.jobs.get("c")).toEqual(long[1]);
    },
    "takes no claim's token for another job": async ({ store }) => {
      for (const id of ["a", "b"]) await store.jobs.enqueue({ id, type: "t", params: {} });
      const next = { worker: "w", types: ["t"], leaseMs: 100 };
      const [a, b] = (await store.jobs.completeAndClaimMany([], next, 2)).claimed;
      const swapped = [{ id: "b", token: defined(a).claimToken, result: 1 }];
      const batch = await store.jobs.completeAndClaimMany(swapped, next, 1);
      expect(batch).toEqual({ completions: ["not_holder"], claimed: [] });
      expect([await store.jobs.get("a"), await store.jobs.get("b")]).toEqual([a, b]);
      await store.jobs.complete("b", defined(b).claimToken, 1);
      expect((await store.jobs.completeAndClaimMany(swapped, next, 1)).completions).toEqual(["not_holder"]);
    },
    "keeps the first result of a job completed already, in this batch or before": async (t) => {
      await t.store.jobs.enqueueMany([job({ id: "a" }), job({ id: "b" })]);
      const { id, claimToken } = await claimed(t);
      const done = await t.store.jobs.complete(id, claimToken, 1);
      const other = await claimed(t);
      t.clock.advance(5);
      const ends = [[id, claimToken, 2] as const, ...[3, 4].map((n) => [other.id, other.claimToken, n] as const)];
      const { completions } = await t.store.jobs.completeAndClaimMany(
        ends.map(([id, token, result]) => ({ id, token, result })),
        next(),
        1,
      );
      expect(completions).toEqual(["completed", "completed", "completed"]);
      expect(await t.store.jobs.get("a")).toEqual(done);
      expect((await t.store.jobs.get("b"))?.result).toBe(3);
    },
    "gives each job to one of many workers": async (t) => {
      await t.store.jobs.enqueueMany(range(30).map(() => job()));
      const batches = values(await race(t, 10, (store) => store.jobs.completeAndClaimMany([], next(), 4)));
      const won = batches.flatMap(({ claimed }) => claimed);
      expect(won).toHaveLength(30);
      expect(new Set(won.map(({ id }) => id)).size).toBe(30);
    },
    "refuses no types, and more than a thousand": async ({ store }) => {
      await refused(store.jobs.completeAndClaimMany([], next([]), 1), "invalid_argument");
      await refused(store.jobs.completeAndClaimMany([], next(), 1001), "invalid_argument");
      const ends = range(1001).map(() => ({ id: "a", token: "x", result: null }));
      await refused(store.jobs.completeAndClaimMany(ends, next(), 1), "invalid_argument");
    },
  },
  "jobs.fail": {
    "queues it again for later while attempts are left": async (t) => {
      await t.store.jobs.enqueue(job({ maxAttempts: 2 }));
      const first = await claimed(t);
      await t.store.jobs.heartbeat(first.id, first.claimToken, { moved: 3 });
      const retryAt = t.clock.now() + 50;
      const queued = await t.store.jobs.fail(first.id, first.claimToken, error, retryAt);
      expect(queued).toMatchObject({ state: "queued", runAt: retryAt, error, attempts: 1, progress: { moved: 3 } });
      expect(queued).toMatchObject({ claimedBy: null, claimExpiresAt: null, finishedAt: null });
      expect(await t.store.jobs.fail(first.id, first.claimToken, error, retryAt)).toEqual(queued);
      expect(await t.store.jobs.claim("w", ["reshard"], 10)).toBeNull();
      t.clock.advance(50);
      const second = await claimed(t);
      const failed = await t.store.jobs.fail(second.id, second.claimToken, error, t.clock.now());
      expect(failed).toMatchObject({ state: "failed", attempts: 2, finishedAt: t.clock.now() });
      expect(await t.store.jobs.fail(second.id, second.claimToken, error, t.clock.now())).toEqual(failed);
      await refused(t.store.jobs.fail(first.id, first.claimToken, error, null), "not_holder");
    },
    "ends it where no retry is asked for": async (t) => {
      await t.store.jobs.enqueue(job());
      const { id, claimToken } = await claimed(t);
      expect(await t.store.jobs.fail(id, claimToken, error, null)).toMatchObject({ state: "failed", error });
    },
    "refuses a claim that expired, was completed or canceled, and a job that is not there": async (t) => {
      await t.store.jobs.enqueue(job());
      const { id, claimToken } = await claimed(t);
      t.clock.advance(100);
      await refusedAt(t.store.jobs.fail(id, claimToken, error, null), "not_holder", "jobs", "fail", [id]);
      await t.store.jobs.requeueExpired(1);
      const second = await claimed(t);
      await t.store.jobs.complete(id, second.claimToken, 1);
      await refused(t.store.jobs.fail(id, second.claimToken, error, null), "not_holder");
      await refusedAt(t.store.jobs.fail("none", "x", error, null), "not_found", "jobs", "fail", ["none"]);
    },
  },
  "jobs.cancel": {
    "ends a job that waits or runs, and voids its claim": async (t) => {
      const waiting = await t.store.jobs.enqueue(job({ type: "other" }));
      const canceled = await t.store.jobs.cancel(waiting.id);
      expect(canceled).toMatchObject({ state: "canceled", finishedAt: t.clock.now() });
      t.clock.advance(5);
      expect(await t.store.jobs.cancel(waiting.id)).toEqual(canceled);
      await t.store.jobs.enqueue(job());
      const { id, claimToken } = await claimed(t);
      await t.store.jobs.cancel(id);
      await refused(t.store.jobs.complete(id, claimToken, null), "not_holder");
      await refused(t.store.jobs.heartbeat(id, claimToken, null), "not_holder");
      expect(await t.store.jobs.get(id)).toMatchObject({ state: "canceled", claimedBy: null });
    },
    "refuses one that has completed or failed, and one that is not there": async (t) => {
      for (const end of ["complete", "fail"] as const) {
        await t.store.jobs.enqueue(job());
        const { id, claimToken } = await claimed(t);
        if (end === "complete") await t.store.jobs.complete(id, claimToken, null);
        else await t.store.jobs.fail(id, claimToken, error, null);
        await refusedAt(t.store.jobs.cancel(id), "illegal_transition", "jobs", "cancel", [id]);
      }
      await refusedAt(t.store.jobs.cancel("none"), "not_found", "jobs", "cancel", ["none"]);
    },
    "is one end of two that race": async (t) => {
      await t.store.jobs.enqueue(job());
      const { id, claimToken } = await claimed(t);
      const outcomes = await race(t, 2, (store, i) =>
        i === 0 ? store.jobs.complete(id, claimToken, null) : store.jobs.cancel(id),
      );
      const winner = outcomes.filter((outcome) => outcome.status === "fulfilled");
      expect(winner).toHaveLength(1);
      expect(await t.store.jobs.get(id)).toEqual(defined(winner[0]).value);
    },
  },
  "jobs.requeueExpired": {
    "puts expired claims back in their place, at most so many": async (t) => {
      for (const id of ["a", "b", "c"]) await t.store.jobs.enqueue(job({ id }));
      for (const _ of range(3)) await claimed(t);
      t.clock.advance(99);
      expect(await t.store.jobs.requeueExpired(10)).toBe(0);
      t.clock.advance(1);
      expect(await t.store.jobs.requeueExpired(2)).toBe(2);
      expect(await t.store.jobs.requeueExpired(2)).toBe(1);
      expect(await t.store.jobs.requeueExpired(2)).toBe(0);
      const again = await claimed(t);
      expect(again).toMatchObject({ id: "a", attempts: 2 });
    },
    "fails a job whose last attempt expired": async (t) => {
      const { id } = await t.store.jobs.enqueue(job({ maxAttempts: 1 }));
      await claimed(t);
      t.clock.advance(100);
      expect(await t.store.jobs.requeueExpired(10)).toBe(1);
      expect(await t.store.jobs.get(id)).toMatchObject({
        state: "failed",
        claimedBy: null,
        finishedAt: t.clock.now(),
        error: { code: "job_claim_expired" },
      });
    },
    "requeues each claim once for many callers": async (t) => {
      for (const _ of range(6)) await t.store.jobs.enqueue(job());
      for (const _ of range(6)) await claimed(t);
      t.clock.advance(100);
      const counts = values(await race(t, 4, (store) => store.jobs.requeueExpired(4)));
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(6);
      expect((await t.store.jobs.counts()).byState.queued).toBe(6);
    },
  },
  "jobs.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.jobs.get("none")).toBeNull();
    },
  },
  "jobs.list": {
    "lists first enqueued first, by state, type and parent": async (t) => {
      for (const i of range(9)) {
        const parentId = ["p", "q", undefined][i % 3];
        await t.store.jobs.enqueue(
          job({ type: i % 2 === 0 ? "reshard" : "other", parentId, runAt: t.clock.now() - i }),
        );
      }
      await claimed(t);
      const all = (await t.store.jobs.list({}, {})).items;
      expect(all.map((row) => row.runAt)).toEqual(range(9).map((i) => t.clock.now() - i));
      await listsInPages((page) => t.store.jobs.list({}, page), all);
      for (const filter of [
        { state: "queued" },
        { type: "other" },
        { parentId: "p" },
        { state: "queued", type: "reshard", parentId: "q" },
        { state: "completed" },
      ] as const) {
        const wanted = all.filter((row) => Object.entries(filter).every(([k, v]) => row[k as "type"] === v));
        await listsInPages((page) => t.store.jobs.list(filter, page), wanted);
      }
      await refused(t.store.jobs.list({ state: "lost" as never }, {}), "invalid_argument");
    },
  },
  "jobs.counts": {
    "tells the age of the oldest due of all types": async ({ store, clock }) => {
      for (const [type, age] of [
        ["b", 5],
        ["a", 3],
        ["c", 9],
        ["d", 7],
      ] as const) {
        await store.jobs.enqueue(job({ type, runAt: clock.now() - age }));
      }
      await store.jobs.enqueue(job({ type: "e", runAt: clock.now() - 20 }));
      await store.jobs.claim("worker", ["e"], 100);
      expect((await store.jobs.counts()).oldestDueAgeMs).toBe(9);
    },
    "counts every state, and how long the oldest due job has waited": async (t) => {
      const zeros = { queued: 0, in_progress: 0, completed: 0, failed: 0, canceled: 0 };
      expect(await t.store.jobs.counts()).toEqual({ byState: zeros, oldestDueAgeMs: null });
      await t.store.jobs.enqueue(job({ runAt: t.clock.now() + 10 }));
      expect(await t.store.jobs.counts()).toEqual({ byState: { ...zeros, queued: 1 }, oldestDueAgeMs: null });
      t.clock.advance(10);
      expect((await t.store.jobs.counts()).oldestDueAgeMs).toBe(0);
      await t.store.jobs.enqueue(job({ runAt: t.clock.now() - 5 }));
      t.clock.advance(10);
      expect((await t.store.jobs.counts()).oldestDueAgeMs).toBe(15);
      const { id, claimToken } = await claimed(t);
      expect(await t.store.jobs.counts()).toEqual({
        byState: { ...zeros, queued: 1, in_progress: 1 },
        oldestDueAgeMs: 10,
      });
      await t.store.jobs.complete(id, claimToken, null);
      expect((await t.store.jobs.counts()).byState).toEqual({ ...zeros, queued: 1, completed: 1 });
    },
  },
  "jobs.pruneFinished": {
    "deletes what finished before, at most so many": async (t) => {
      for (const id of ["a", "b", "c"]) {
        await t.store.jobs.cancel((await t.store.jobs.enqueue(job({ id }))).id);
        t.clock.advance(10);
      }
      await t.store.jobs.enqueue(job({ id: "d" }));
      const before = defined((await t.store.jobs.get("c"))?.finishedAt);
      expect(await t.store.jobs.pruneFinished(before, 1)).toBe(1);
      expect(await t.store.jobs.pruneFinished(before, 5)).toBe(1);
      expect(await t.store.jobs.pruneFinished(before, 5)).toBe(0);
      expect((await t.store.jobs.list({}, {})).items.map((row) => row.id)).toEqual(["c", "d"]);
    },
  },
} satisfies PartTests<"jobs">;
