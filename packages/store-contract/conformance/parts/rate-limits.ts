import { expect } from "vitest";
import { race, range, refused, values } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const rate = { limit: 3, windowMs: 100 };

export const rateLimitsTests = {
  "rateLimits.consume": {
    "allows so many in the window that the first use opens": async ({ store, clock }) => {
      const resetAt = clock.now() + 100;
      for (const remaining of [2, 1, 0]) {
        const outcome = await store.rateLimits.consume("search", "who", rate);
        expect(outcome).toEqual({ allowed: true, remaining, resetAt });
        clock.advance(10);
      }
      for (const _ of range(2)) {
        expect(await store.rateLimits.consume("search", "who", rate)).toEqual({
          allowed: false,
          remaining: 0,
          resetAt,
        });
      }
    },
    "opens a new window at the end of the last exactly": async ({ store, clock }) => {
      for (const _ of range(4)) await store.rateLimits.consume("search", "who", rate);
      clock.advance(99);
      expect((await store.rateLimits.consume("search", "who", rate)).allowed).toBe(false);
      clock.advance(1);
      const outcome = await store.rateLimits.consume("search", "who", rate);
      expect(outcome).toEqual({ allowed: true, remaining: 2, resetAt: clock.now() + 100 });
    },
    "does not count a refused use": async ({ store }) => {
      for (const _ of range(9)) await store.rateLimits.consume("search", "who", rate);
      const raised = await store.rateLimits.consume("search", "who", { limit: 5, windowMs: 100 });
      expect(raised).toMatchObject({ allowed: true, remaining: 1 });
      const lowered = await store.rateLimits.consume("search", "who", { limit: 2, windowMs: 100 });
      expect(lowered).toMatchObject({ allowed: false, remaining: 0 });
    },
    "keeps buckets and callers apart": async ({ store }) => {
      await store.rateLimits.consume("search", "who", rate);
      expect(await store.rateLimits.consume("search", "else", rate)).toMatchObject({ remaining: 2 });
      expect(await store.rateLimits.consume("login", "who", rate)).toMatchObject({ remaining: 2 });
    },
    "allows exactly as many of many callers": async (t) => {
      const consume = race(t, 30, (store) => store.rateLimits.consume("search", "who", { limit: 7, windowMs: 100 }));
      const outcomes = values(await consume);
      const allowed = outcomes.filter((outcome) => outcome.allowed).map((outcome) => outcome.remaining);
      expect(allowed.sort()).toEqual(range(7));
    },
    "refuses a limit or a window of none": async ({ store }) => {
      await refused(store.rateLimits.consume("b", "k", { limit: 0, windowMs: 1 }), "invalid_argument");
      await refused(store.rateLimits.consume("b", "k", { limit: 1, windowMs: 0 }), "invalid_argument");
    },
  },
} satisfies PartTests<"rateLimits">;
