import { expect } from "vitest";
import type { Reservation } from "../../src/tables/idempotency-cache.ts";
import { race, range, refused, refusedAt, values } from "../expecting.ts";
import type { PartTests, TestContext } from "../subject.ts";

const reservation = (key: string, over: Partial<Reservation> = {}): Reservation => ({
  scope: "scope",
  key,
  bodySha256: Buffer.alloc(32, 1),
  ttlMs: 1000,
  reservationMs: 100,
  maxEntries: 10,
  ...over,
});
const answer = { taskUid: 4, status: 202, body: '{"taskUid":4}' };

async function reserved(
  { store }: Pick<TestContext, "store">,
  key: string,
  over?: Partial<Reservation>,
): Promise<string> {
  const outcome = await store.idempotencyCache.reserve(reservation(key, over));
  if (outcome.outcome !== "reserved") throw new Error(`expected a reservation, got ${outcome.outcome}`);
  return outcome.token;
}

export const idempotencyCacheTests = {
  "idempotencyCache.reserve": {
    "is in flight until it is completed, then done": async (t) => {
      const since = t.clock.now();
      const token = await reserved(t, "k");
      t.clock.advance(5);
      const second = await t.store.idempotencyCache.reserve(reservation("k"));
      expect(second).toEqual({ outcome: "in_flight", since, until: since + 100 });
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      expect(await t.store.idempotencyCache.reserve(reservation("k"))).toEqual({ outcome: "done", ...answer });
    },
    "tells a body that differs, in flight and done": async (t) => {
      const token = await reserved(t, "k");
      const other = reservation("k", { bodySha256: Buffer.alloc(32, 2) });
      expect(await t.store.idempotencyCache.reserve(other)).toEqual({ outcome: "mismatch" });
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      expect(await t.store.idempotencyCache.reserve(other)).toEqual({ outcome: "mismatch" });
    },
    "gives exactly one of many callers the reservation": async (t) => {
      const outcomes = values(await race(t, 30, (store) => store.idempotencyCache.reserve(reservation("k"))));
      const won = outcomes.filter((outcome) => outcome.outcome === "reserved");
      expect(won).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.outcome === "in_flight")).toHaveLength(29);
      await t.store.idempotencyCache.complete("scope", "k", won[0]?.token ?? "", answer);
      expect(await t.store.idempotencyCache.reserve(reservation("k"))).toEqual({ outcome: "done", ...answer });
    },
    "ends a reservation whose holder died at its deadline": async (t) => {
      const token = await reserved(t, "k");
      t.clock.advance(99);
      expect((await t.store.idempotencyCache.reserve(reservation("k"))).outcome).toBe("in_flight");
      t.clock.advance(1);
      expect(await t.store.idempotencyCache.count()).toBe(0);
      expect(await reserved(t, "k")).not.toBe(token);
    },
    "forgets an answer at its deadline": async (t) => {
      const token = await reserved(t, "k");
      t.clock.advance(50);
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      t.clock.advance(999);
      expect((await t.store.idempotencyCache.reserve(reservation("k"))).outcome).toBe("done");
      t.clock.advance(1);
      await reserved(t, "k", { bodySha256: Buffer.alloc(32, 2) });
    },
    "drops the oldest where there are too many, reservations under way last": async (t) => {
      const first = await reserved(t, "under way");
      t.clock.advance(1);
      const second = await reserved(t, "done first");
      t.clock.advance(1);
      const third = await reserved(t, "done second");
      await t.store.idempotencyCache.complete("scope", "done second", third, answer);
      await t.store.idempotencyCache.complete("scope", "done first", second, answer);
      t.clock.advance(1);
      await reserved(t, "new", { maxEntries: 3 });
      expect(await t.store.idempotencyCache.count()).toBe(3);
      expect((await t.store.idempotencyCache.reserve(reservation("done second"))).outcome).toBe("done");
      await t.store.idempotencyCache.complete("scope", "under way", first, answer);
      await reserved(t, "newest", { maxEntries: 1 });
      expect(await t.store.idempotencyCache.count()).toBe(1);
      expect((await t.store.idempotencyCache.reserve(reservation("newest"))).outcome).toBe("in_flight");
    },
    "drops none where those that expired have made room": async (t) => {
      const over = { maxEntries: 4 };
      await reserved(t, "kept", over);
      for (const key of ["a", "b", "c"]) await reserved(t, key, { ...over, reservationMs: 1 });
      t.clock.advance(1);
      await reserved(t, "new", over);
      expect(await t.store.idempotencyCache.count()).toBe(2);
    },
    "drops live entries alone for want of room, and never the one just reserved": async (t) => {
      await reserved(t, "expired", { reservationMs: 1 });
      t.clock.advance(1);
      await reserved(t, "b", { maxEntries: 2 });
      t.clock.advance(1);
      await reserved(t, "c", { maxEntries: 2 });
      t.clock.advance(1);
      await reserved(t, "d", { maxEntries: 2 });
      expect(await t.store.idempotencyCache.count()).toBe(2);
      const token = await reserved(t, "a", { maxEntries: 1 });
      await t.store.idempotencyCache.complete("scope", "a", token, answer);
      expect(await t.store.idempotencyCache.count()).toBe(1);
    },
    "keeps the bound where a thousand that expired are the oldest": async (t) => {
      const old = (i: number) => reserved(t, `old${i}`, { reservationMs: 1, maxEntries: 2000 });
      await Promise.all(range(1000).map(old));
      t.clock.advance(1);
      for (const key of ["a", "b", "c", "d", "e"]) {
        await reserved(t, key, { maxEntries: 2 });
        t.clock.advance(1);
      }
      expect(await t.store.idempotencyCache.count()).toBe(2);
      expect((await t.store.idempotencyCache.reserve(reservation("e"))).outcome).toBe("in_flight");
    },
    "refuses a digest that is none": async ({ store }) => {
      await refused(
        store.idempotencyCache.reserve(reservation("k", { bodySha256: Buffer.alloc(31) })),
        "invalid_argument",
      );
      const text = reservation("k", { bodySha256: "0".repeat(32) as unknown as Uint8Array });
      await refused(store.idempotencyCache.reserve(text), "invalid_argument");
    },
  },
  "idempotencyCache.complete": {
    "keeps the first completion when it is sent again": async (t) => {
      const token = await reserved(t, "k");
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      t.clock.advance(900);
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      expect(await t.store.idempotencyCache.reserve(reservation("k"))).toEqual({ outcome: "done", ...answer });
      t.clock.advance(100);
      await reserved(t, "k");
    },
    "keeps an answer without a task": async (t) => {
      const token = await reserved(t, "k");
      const none = { taskUid: null, status: 400, body: "" };
      await t.store.idempotencyCache.complete("scope", "k", token, none);
      expect(await t.store.idempotencyCache.reserve(reservation("k"))).toEqual({ outcome: "done", ...none });
    },
    "refuses once the reservation has ended": async (t) => {
      const token = await reserved(t, "k");
      t.clock.advance(100);
      const complete = () => t.store.idempotencyCache.complete("scope", "k", token, answer);
      await refusedAt(complete(), "not_found", "idempotencyCache", "complete", ["scope", "k"]);
      await reserved(t, "k");
      await refusedAt(complete(), "not_holder", "idempotencyCache", "complete", ["scope", "k"]);
      expect((await t.store.idempotencyCache.reserve(reservation("k"))).outcome).toBe("in_flight");
    },
  },
  "idempotencyCache.release": {
    "lets the next caller in": async (t) => {
      const token = await reserved(t, "k");
      expect(await t.store.idempotencyCache.release("scope", "k", token)).toBe(true);
      expect(await t.store.idempotencyCache.release("scope", "k", token)).toBe(false);
      await reserved(t, "k");
    },
    "does nothing once completed or ended": async (t) => {
      const token = await reserved(t, "k");
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      expect(await t.store.idempotencyCache.release("scope", "k", token)).toBe(false);
      expect((await t.store.idempotencyCache.reserve(reservation("k"))).outcome).toBe("done");
      const other = await reserved(t, "l");
      t.clock.advance(100);
      expect(await t.store.idempotencyCache.release("scope", "l", other)).toBe(false);
    },
    "refuses another's reservation": async (t) => {
      await reserved(t, "k");
      const release = t.store.idempotencyCache.release("scope", "k", "not the token");
      await refusedAt(release, "not_holder", "idempotencyCache", "release", ["scope", "k"]);
      expect(await t.store.idempotencyCache.count()).toBe(1);
    },
  },
  "idempotencyCache.count": {
    "counts the live, under way and done": async (t) => {
      const token = await reserved(t, "k");
      await reserved(t, "l");
      await t.store.idempotencyCache.complete("scope", "k", token, answer);
      expect(await t.store.idempotencyCache.count()).toBe(2);
      t.clock.advance(100);
      expect(await t.store.idempotencyCache.count()).toBe(1);
    },
  },
} satisfies PartTests<"idempotencyCache">;
