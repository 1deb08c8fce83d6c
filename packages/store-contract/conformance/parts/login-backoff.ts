import { expect } from "vitest";
import { race, range, values } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export const loginBackoffTests = {
  "loginBackoff.recordFailure": {
    "blocks after 5 failures, doubling to a day": async ({ store, clock }) => {
      const blocks = [];
      for (const failures of range(14)) {
        const state = await store.loginBackoff.recordFailure("who");
        expect(state.failures).toBe(failures + 1);
        blocks.push(state.blockedUntilAt === null ? null : (state.blockedUntilAt - clock.now()) / MINUTE_MS);
        expect(await store.loginBackoff.check("who")).toEqual(state);
      }
      expect(blocks).toEqual([null, null, null, null, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    },
    "counts every one of many callers": async (t) => {
      const states = values(await race(t, 12, (store) => store.loginBackoff.recordFailure("who")));
      expect(states.map((state) => state.failures).sort((a, b) => a - b)).toEqual(range(12).map((i) => i + 1));
    },
    "forgets a day after the block has ended": async ({ store, clock }) => {
      for (const _ of range(5)) await store.loginBackoff.recordFailure("who");
      clock.advance(10 * MINUTE_MS + DAY_MS - 1);
      expect((await store.loginBackoff.check("who")).failures).toBe(5);
      clock.advance(1);
      expect((await store.loginBackoff.check("who")).failures).toBe(0);
    },
    "forgets after a day without a failure": async ({ store, clock }) => {
      for (const _ of range(4)) await store.loginBackoff.recordFailure("who");
      clock.advance(DAY_MS - 1);
      expect((await store.loginBackoff.check("who")).failures).toBe(4);
      clock.advance(1);
      expect(await store.loginBackoff.check("who")).toEqual({ failures: 0, blockedUntilAt: null });
      expect(await store.loginBackoff.recordFailure("who")).toEqual({ failures: 1, blockedUntilAt: null });
    },
  },
  "loginBackoff.check": {
    "allows the next try at the end of the block exactly, and still remembers": async ({ store, clock }) => {
      expect(await store.loginBackoff.check("who")).toEqual({ failures: 0, blockedUntilAt: null });
      for (const _ of range(5)) await store.loginBackoff.recordFailure("who");
      const blockedUntilAt = clock.now() + 10 * MINUTE_MS;
      clock.advance(10 * MINUTE_MS - 1);
      expect(await store.loginBackoff.check("who")).toEqual({ failures: 5, blockedUntilAt });
      clock.advance(1);
      expect(await store.loginBackoff.check("who")).toEqual({ failures: 5, blockedUntilAt: null });
      expect((await store.loginBackoff.recordFailure("who")).blockedUntilAt).toBe(clock.now() + 20 * MINUTE_MS);
      expect(await store.loginBackoff.check("else")).toEqual({ failures: 0, blockedUntilAt: null });
    },
  },
  "loginBackoff.reset": {
    "says that there was nothing once a failure is forgotten": async ({ store, clock }) => {
      await store.loginBackoff.recordFailure("who");
      clock.advance(DAY_MS);
      expect(await store.loginBackoff.reset("who")).toBe(false);
    },
    "forgets, and says whether there was anything": async ({ store }) => {
      for (const _ of range(5)) await store.loginBackoff.recordFailure("who");
      expect(await store.loginBackoff.reset("who")).toBe(true);
      expect(await store.loginBackoff.reset("who")).toBe(false);
      expect(await store.loginBackoff.check("who")).toEqual({ failures: 0, blockedUntilAt: null });
    },
  },
} satisfies PartTests<"loginBackoff">;
