import { expect } from "vitest";
import { collect, defined, listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const cdcCursorsTests = {
  "cdcCursors.get": {
    "gives null where there is none": async ({ store }) => {
      await store.cdcCursors.advance("sink", "movies", 0, 5);
      expect(await store.cdcCursors.get("sink", "books")).toBeNull();
      expect(await store.cdcCursors.get("movies", "sink")).toBeNull();
    },
  },
  "cdcCursors.advance": {
    "checks the fence before whether it moves forwards": async ({ store }) => {
      const fence = { scope: "s", epoch: 1 };
      const backwards = store.cdcCursors.advance("sink", "movies", 5, 4, { fence });
      await refusedAt(backwards, "not_holder", "cdcCursors", "advance", ["s"]);
    },
    "starts from 0 and moves on": async ({ store, clock }) => {
      const row = await store.cdcCursors.advance("sink", "movies", 0, 5);
      expect(row).toEqual({ sinkName: "sink", indexUid: "movies", lastEventSeq: 5, updatedAt: clock.now() });
      await store.cdcCursors.advance("sink", "movies", 5, 2 ** 52);
      expect(defined(await store.cdcCursors.get("sink", "movies")).lastEventSeq).toBe(2 ** 52);
    },
    "changes nothing when it is sent again": async ({ store, clock }) => {
      const row = await store.cdcCursors.advance("sink", "movies", 0, 5);
      clock.advance(5);
      expect(await store.cdcCursors.advance("sink", "movies", 0, 5)).toEqual(row);
      expect(await store.cdcCursors.get("sink", "movies")).toEqual(row);
    },
    "refuses a cursor that is elsewhere, and any move that is not forwards": async ({ store }) => {
      const advance = (from: number, to: number) => store.cdcCursors.advance("sink", "movies", from, to);
      await refusedAt(advance(3, 5), "version_conflict", "cdcCursors", "advance", ["sink", "movies"]);
      expect(await store.cdcCursors.get("sink", "movies")).toBeNull();
      const row = await advance(0, 5);
      await refusedAt(advance(4, 6), "version_conflict", "cdcCursors", "advance", ["sink", "movies"]);
      await refusedAt(advance(0, 4), "version_conflict", "cdcCursors", "advance", ["sink", "movies"]);
      await refused(advance(5, 5), "invalid_argument");
      await refused(advance(6, 5), "invalid_argument");
      expect(await store.cdcCursors.get("sink", "movies")).toEqual(row);
    },
    "lets one of several different moves win": async (t) => {
      const outcomes = await race(t, 10, (store, i) => store.cdcCursors.advance("sink", "movies", 0, i + 1));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(defined(await t.store.cdcCursors.get("sink", "movies")).lastEventSeq).toBe(winner + 1);
    },
  },
  "cdcCursors.list": {
    "lists one sink, by index uid": async ({ store }) => {
      for (const index of HOSTILE_KEYS) await store.cdcCursors.advance("sink", index, 0, 1);
      await store.cdcCursors.advance("other", "movies", 0, 1);
      const rows = await collect((page) => store.cdcCursors.list("sink", page));
      expect(rows.map((row) => row.indexUid)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.cdcCursors.list("sink", page), rows);
    },
  },
  "cdcCursors.delete": {
    "says whether it was there; the next starts from 0": async ({ store }) => {
      await store.cdcCursors.advance("sink", "movies", 0, 5);
      expect(await store.cdcCursors.delete("sink", "movies")).toBe(true);
      expect(await store.cdcCursors.delete("sink", "movies")).toBe(false);
      await store.cdcCursors.advance("sink", "movies", 0, 3);
    },
  },
} satisfies PartTests<"cdcCursors">;
