import { expect } from "vitest";
import { collect, listsInPages, race, range, refusals, refused, refusedAt, values } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS, HOSTILE_PAIRS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const writeHintsTests = {
  "writeHints.note": {
    "makes the row, then adds to its shards, always in a newer version": async ({ store, clock }) => {
      const notedAt = clock.now();
      const first = await store.writeHints.note("node", "movies", [10, 2]);
      const place = { nodeId: "node", indexUid: "movies" };
      expect(first).toEqual({ ...place, shards: [2, 10], version: 1, notedAt, updatedAt: notedAt });
      clock.advance(5);
      const second = await store.writeHints.note("node", "movies", [65_535, 2, 0, 2]);
      expect(second).toEqual({ ...first, shards: [0, 2, 10, 65_535], version: 2, updatedAt: notedAt + 5 });
      clock.advance(5);
      const third = await store.writeHints.note("node", "movies", [2]);
      expect(third).toEqual({ ...second, version: 3, updatedAt: notedAt + 10 });
      expect(await store.writeHints.get("node", "movies")).toEqual(third);
    },
    "gives no version twice, not even to a row that was gone": async ({ store }) => {
      const before = await store.writeHints.note("node", "movies", [1]);
      expect(await store.writeHints.settle("node", "movies", before.version, [1])).toBeNull();
      const again = await store.writeHints.note("node", "movies", [1]);
      expect(again.version).toBeGreaterThan(before.version);
      await refused(store.writeHints.settle("node", "movies", before.version, [1]), "version_conflict");
      expect(await store.writeHints.get("node", "movies")).toEqual(again);
    },
    "keeps the shards of all who note at once, each in a version of its own": async (t) => {
      const rows = values(await race(t, 20, (store, i) => store.writeHints.note("node", "movies", [i, i + 1])));
      expect(new Set(rows.map((row) => row.version))).toEqual(new Set(range(20).map((n) => n + 1)));
      for (const [i, row] of rows.entries()) expect(row.shards).toEqual(expect.arrayContaining([i, i + 1]));
      const last = rows.find((row) => row.version === 20);
      expect(last?.shards).toEqual(range(21));
      expect(await t.store.writeHints.get("node", "movies")).toEqual(last);
    },
    "keeps as many shards as there can be": async ({ store }) => {
      const all = range(65_536);
      expect((await store.writeHints.note("node", "movies", all.toReversed())).shards).toEqual(all);
      expect((await store.writeHints.note("node", "movies", [7])).shards).toEqual(all);
    },
    "refuses what are no shards": async ({ store }) => {
      for (const shards of [[], [-1], [65_536], [1.5], ["1"], null]) {
        await refused(store.writeHints.note("node", "movies", shards as never), "invalid_argument");
      }
      expect(await store.writeHints.get("node", "movies")).toBeNull();
    },
  },
  "writeHints.get": {
    "gives null where there is none": async ({ store }) => {
      await store.writeHints.note("node", "movies", [1]);
      expect(await store.writeHints.get("movies", "node")).toBeNull();
      expect(await store.writeHints.get("node", "books")).toBeNull();
    },
  },
  "writeHints.list": {
    "lists by node id, then index uid": async ({ store }) => {
      const pairs = [
        ...HOSTILE_PAIRS,
        ...HOSTILE_KEYS.map((key) => [key, "movies"] as const),
        ...HOSTILE_KEYS.map((key) => ["node", key] as const),
      ];
      for (const [node, index] of pairs) await store.writeHints.note(node, index, [1]);
      const rows = await collect((page) => store.writeHints.list(page));
      const sorted = pairs.toSorted(([a, b], [c, d]) => byBytes(a, c) || byBytes(b, d));
      expect(rows.map((row) => [row.nodeId, row.indexUid])).toEqual(sorted);
      expect(rows[0]).toEqual(await store.writeHints.get(...(sorted[0] as [string, string])));
      await listsInPages((page) => store.writeHints.list(page), rows);
    },
  },
  "writeHints.settle": {
    "takes out the shards, and the row with the last of them": async ({ store, clock }) => {
      const noted = await store.writeHints.note("node", "movies", [1, 2, 10]);
      clock.advance(5);
      const left = await store.writeHints.settle("node", "movies", noted.version, [10, 1, 3]);
      expect(left).toEqual({ ...noted, shards: [2], updatedAt: clock.now() });
      expect(await store.writeHints.get("node", "movies")).toEqual(left);
      expect(await store.writeHints.settle("node", "movies", noted.version, [2])).toBeNull();
      expect(await store.writeHints.get("node", "movies")).toBeNull();
      expect((await store.writeHints.list({})).items).toEqual([]);
      expect(await store.writeHints.deleteByIndex("movies", 1)).toBe(0);
    },
    "changes nothing without any of the shards, and has nothing to do without a row": async ({ store, clock }) => {
      const noted = await store.writeHints.note("node", "movies", [1, 2]);
      clock.advance(5);
      expect(await store.writeHints.settle("node", "movies", noted.version, [12, 0])).toEqual(noted);
      expect(await store.writeHints.get("node", "movies")).toEqual(noted);
      expect(await store.writeHints.settle("node", "books", noted.version, [1])).toBeNull();
    },
    "forgets nothing that was missed since": async ({ store }) => {
      const first = await store.writeHints.note("node", "movies", [1]);
      const second = await store.writeHints.note("node", "movies", [1]);
      for (const version of [first.version, second.version + 1]) {
        const late = store.writeHints.settle("node", "movies", version, [1]);
        await refusedAt(late, "version_conflict", "writeHints", "settle", ["node", "movies"]);
      }
      expect(await store.writeHints.get("node", "movies")).toEqual(second);
    },
    "loses to every note that comes at the same time, or is over before it": async (t) => {
      const { version } = await t.store.writeHints.note("node", "movies", [1]);
      const outcomes = await race(t, 20, (store, i): Promise<unknown> => {
        return i % 2 === 0
          ? store.writeHints.settle("node", "movies", version, [1])
          : store.writeHints.note("node", "movies", [1]);
      });
      expect([undefined, "version_conflict"]).toContain(Object.keys(refusals(outcomes))[0]);
      expect(await t.store.writeHints.get("node", "movies")).toMatchObject({ shards: [1], version: version + 10 });
    },
  },
  "writeHints.deleteByIndex": {
    "deletes at most so many of the index": async ({ store }) => {
      for (const node of ["a", "b:", "c"]) await store.writeHints.note(node, "movies", [1]);
      const other = await store.writeHints.note("a", "books", [1]);
      expect(await store.writeHints.deleteByIndex("movies", 2)).toBe(2);
      expect(await store.writeHints.deleteByIndex("movies", 2)).toBe(1);
      expect(await store.writeHints.deleteByIndex("movies", 2)).toBe(0);
      expect((await store.writeHints.list({})).items).toEqual([other]);
    },
  },
  "writeHints.deleteByNode": {
    "deletes at most so many of the node": async ({ store }) => {
      for (const index of ["a", "b:", "c"]) await store.writeHints.note("node-1", index, [1]);
      const other = await store.writeHints.note("node-2", "a", [1]);
      expect(await store.writeHints.deleteByNode("node-1", 2)).toBe(2);
      expect(await store.writeHints.deleteByNode("node-1", 2)).toBe(1);
      expect(await store.writeHints.deleteByNode("node-1", 2)).toBe(0);
      expect((await store.writeHints.list({})).items).toEqual([other]);
      expect(await store.writeHints.deleteByIndex("a", 1)).toBe(1);
    },
  },
} satisfies PartTests<"writeHints">;
