import { expect } from "vitest";
import { race, range, refused, values } from "../expecting.ts";
import type { PartTests } from "../subject.ts";

const event = (position: number, event = "12345") => ({ position, event });
const events = (from: number, to: number) => range(to - from + 1).map((i) => event(from + i));

export const cdcOverflowTests = {
  "cdcOverflow.append": {
    "keeps events in order": async ({ store }) => {
      expect(await store.cdcOverflow.append("sink", events(1, 3), 100)).toEqual({ kept: 3, dropped: 0, lost: null });
      await store.cdcOverflow.append("sink", events(7, 8), 100);
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual([...events(1, 3), ...events(7, 8)]);
      expect(await store.cdcOverflow.size("sink")).toEqual({ events: 5, bytes: 25, lost: null });
      expect(await store.cdcOverflow.append("sink", [], 100)).toEqual({ kept: 0, dropped: 0, lost: null });
    },
    "passes over positions that were appended before": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 3), 100);
      expect(await store.cdcOverflow.append("sink", events(1, 3), 100)).toMatchObject({ kept: 0, dropped: 0 });
      expect(await store.cdcOverflow.append("sink", events(2, 5), 100)).toMatchObject({ kept: 2, dropped: 0 });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(1, 5));
      await store.cdcOverflow.trim("sink", 5);
      expect(await store.cdcOverflow.append("sink", events(1, 6), 100)).toMatchObject({ kept: 1 });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(6, 6));
    },
    "lets the oldest go where the bytes would be exceeded, and says which": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 3), 20);
      expect(await store.cdcOverflow.append("sink", events(4, 4), 20)).toEqual({ kept: 1, dropped: 0, lost: null });
      expect(await store.cdcOverflow.append("sink", events(5, 6), 20)).toEqual({
        kept: 2,
        dropped: 2,
        lost: { from: 1, to: 2 },
      });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(3, 6));
      expect(await store.cdcOverflow.append("sink", events(7, 7), 20)).toMatchObject({ lost: { from: 3, to: 3 } });
      expect(await store.cdcOverflow.size("sink")).toEqual({ events: 4, bytes: 20, lost: { from: 1, to: 3 } });
    },
    "drops even events of the same call, the oldest first": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 2), 10);
      const outcome = await store.cdcOverflow.append("sink", events(3, 8), 10);
      expect(outcome).toEqual({ kept: 2, dropped: 6, lost: { from: 1, to: 6 } });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(7, 8));
    },
    "drops an event that could never fit, and nothing for it": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 1), 10);
      const outcome = await store.cdcOverflow.append("sink", [event(2, "x".repeat(11)), event(3)], 10);
      expect(outcome).toEqual({ kept: 1, dropped: 1, lost: { from: 2, to: 2 } });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual([event(1), event(3)]);
    },
    "makes room among its own events alone, and never goes back": async ({ store }) => {
      await store.cdcOverflow.append("other", events(1, 4), 100);
      await store.cdcOverflow.append("sink", events(2, 5), 20);
      expect(await store.cdcOverflow.append("sink", events(6, 8), 20)).toMatchObject({ kept: 3, dropped: 3 });
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(5, 8));
      expect(await store.cdcOverflow.read("other", 0, 100)).toEqual(events(1, 4));
      expect(await store.cdcOverflow.size("other")).toEqual({ events: 4, bytes: 20, lost: null });
      await store.cdcOverflow.append("sink", events(3, 4), 20);
      expect(await store.cdcOverflow.append("sink", events(6, 7), 20)).toMatchObject({ kept: 0, dropped: 0 });
      expect((await store.cdcOverflow.size("sink")).lost).toEqual({ from: 2, to: 4 });
    },
    "lets many small ones go for one that is large": async ({ store }) => {
      const small = range(150).map((i) => event(i + 1, "x"));
      const large = event(151, "x".repeat(170));
      await store.cdcOverflow.append("sink", small, 200);
      expect(await store.cdcOverflow.append("sink", [large], 200)).toMatchObject({ kept: 1, dropped: 120 });
      expect(await store.cdcOverflow.read("sink", 0, 1000)).toEqual([...small.slice(120), large]);
      expect(await store.cdcOverflow.size("sink")).toEqual({ events: 31, bytes: 200, lost: { from: 1, to: 120 } });
    },
    "counts bytes of UTF-8": async ({ store }) => {
      await store.cdcOverflow.append("sink", [event(1, "é😀")], 6);
      expect(await store.cdcOverflow.size("sink")).toEqual({ events: 1, bytes: 6, lost: null });
      expect(await store.cdcOverflow.append("sink", [event(2, "")], 6)).toMatchObject({ kept: 1, dropped: 0 });
      expect(await store.cdcOverflow.append("sink", [event(3, "a")], 6)).toMatchObject({ lost: { from: 1, to: 1 } });
    },
    "refuses positions that do not grow": async ({ store }) => {
      await refused(store.cdcOverflow.append("sink", [event(2), event(2)], 100), "invalid_argument");
      await refused(store.cdcOverflow.append("sink", [event(2), event(1)], 100), "invalid_argument");
      await refused(store.cdcOverflow.append("sink", [event(0)], 100), "invalid_argument");
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual([]);
    },
    "adds up under concurrent callers": async (t) => {
      const outcomes = values(await race(t, 20, (store, i) => store.cdcOverflow.append("sink", [event(i + 1)], 50)));
      const kept = outcomes.reduce((sum, outcome) => sum + outcome.kept, 0);
      const dropped = outcomes.reduce((sum, outcome) => sum + outcome.dropped, 0);
      const stored = await t.store.cdcOverflow.read("sink", 0, 100);
      expect(stored).toHaveLength(kept - dropped);
      expect(await t.store.cdcOverflow.size("sink")).toMatchObject({ events: stored.length, bytes: 5 * stored.length });
      expect(stored.map((e) => e.position)).toEqual(stored.map((e) => e.position).sort((a, b) => a - b));
    },
  },
  "cdcOverflow.read": {
    "gives so many after a position, each sink its own": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 12), 100);
      await store.cdcOverflow.append("other", [event(3, "other")], 100);
      expect(await store.cdcOverflow.read("sink", 2, 3)).toEqual(events(3, 5));
      expect(await store.cdcOverflow.read("sink", 8, 100)).toEqual(events(9, 12));
      expect(await store.cdcOverflow.read("sink", 12, 100)).toEqual([]);
      expect(await store.cdcOverflow.read("none", 0, 100)).toEqual([]);
      await refused(store.cdcOverflow.read("sink", 0, 0), "invalid_argument");
    },
  },
  "cdcOverflow.trim": {
    "forgets what was served": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 4), 100);
      expect(await store.cdcOverflow.trim("sink", 2)).toBe(2);
      expect(await store.cdcOverflow.trim("sink", 2)).toBe(0);
      expect(await store.cdcOverflow.read("sink", 0, 100)).toEqual(events(3, 4));
      expect(await store.cdcOverflow.size("sink")).toEqual({ events: 2, bytes: 10, lost: null });
      expect(await store.cdcOverflow.trim("none", 5)).toBe(0);
    },
    "forgets nothing of another sink": async ({ store }) => {
      await store.cdcOverflow.append("other", events(1, 4), 100);
      await store.cdcOverflow.append("sink", events(1, 4), 100);
      expect(await store.cdcOverflow.trim("sink", 3)).toBe(3);
      expect(await store.cdcOverflow.read("other", 0, 100)).toEqual(events(1, 4));
      expect(await store.cdcOverflow.size("other")).toEqual({ events: 4, bytes: 20, lost: null });
    },
    "forgets a loss once it is trimmed past its end": async ({ store }) => {
      await store.cdcOverflow.append("sink", events(1, 6), 20);
      const lost = { from: 1, to: 2 };
      await store.cdcOverflow.trim("sink", 1);
      expect((await store.cdcOverflow.size("sink")).lost).toEqual(lost);
      await store.cdcOverflow.trim("sink", 2);
      expect((await store.cdcOverflow.size("sink")).lost).toBeNull();
    },
  },
  "cdcOverflow.size": {
    "gives zeros for a sink never heard of": async ({ store }) => {
      expect(await store.cdcOverflow.size("none")).toEqual({ events: 0, bytes: 0, lost: null });
    },
  },
} satisfies PartTests<"cdcOverflow">;
