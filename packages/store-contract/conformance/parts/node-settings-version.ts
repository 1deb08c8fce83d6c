import { expect } from "vitest";
import { collect, defined, listsInPages, race, values } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const nodeSettingsVersionTests = {
  "nodeSettingsVersion.advance": {
    "stores the version and when": async ({ store, clock }) => {
      expect(await store.nodeSettingsVersion.advance("movies", "node-1", 3)).toBe(3);
      const row = { indexUid: "movies", nodeId: "node-1", version: 3, updatedAt: clock.now() };
      expect(await store.nodeSettingsVersion.get("movies", "node-1")).toEqual(row);
    },
    "never goes back": async ({ store, clock }) => {
      await store.nodeSettingsVersion.advance("movies", "node-1", 3);
      const before = await store.nodeSettingsVersion.get("movies", "node-1");
      clock.advance(5);
      expect(await store.nodeSettingsVersion.advance("movies", "node-1", 2)).toBe(3);
      expect(await store.nodeSettingsVersion.advance("movies", "node-1", 3)).toBe(3);
      expect(await store.nodeSettingsVersion.get("movies", "node-1")).toEqual(before);
    },
    "ends at the highest of concurrent versions": async (t) => {
      const seen = values(await race(t, 20, (store, i) => store.nodeSettingsVersion.advance("i", "n", (i * 7) % 20)));
      seen.forEach((version, i) => {
        expect(version).toBeGreaterThanOrEqual((i * 7) % 20);
      });
      expect(defined(await t.store.nodeSettingsVersion.get("i", "n")).version).toBe(19);
    },
  },
  "nodeSettingsVersion.get": {
    "gives null where there is none": async ({ store }) => {
      await store.nodeSettingsVersion.advance("movies", "node-1", 3);
      expect(await store.nodeSettingsVersion.get("movies", "node-2")).toBeNull();
      expect(await store.nodeSettingsVersion.get("node-1", "movies")).toBeNull();
    },
  },
  "nodeSettingsVersion.list": {
    "lists one index, by node id": async ({ store }) => {
      for (const node of HOSTILE_KEYS) await store.nodeSettingsVersion.advance("movies", node, 1);
      await store.nodeSettingsVersion.advance("books", "node-1", 1);
      const rows = await collect((page) => store.nodeSettingsVersion.list("movies", page));
      expect(rows.map((row) => row.nodeId)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.nodeSettingsVersion.list("movies", page), rows);
      expect(await store.nodeSettingsVersion.list("none", {})).toEqual({ items: [], next: null });
    },
  },
  "nodeSettingsVersion.listAtOrAbove": {
    "lists the nodes that hold the floor or more, by node id": async ({ store }) => {
      for (const [node, version] of [
        ["c", 5],
        ["a", 4],
        ["b", 3],
        ["d", 9],
      ] as const) {
        await store.nodeSettingsVersion.advance("movies", node, version);
      }
      await store.nodeSettingsVersion.advance("books", "e", 9);
      const rows = (await collect((page) => store.nodeSettingsVersion.list("movies", page))).filter(
        (row) => row.nodeId !== "b",
      );
      await listsInPages((page) => store.nodeSettingsVersion.listAtOrAbove("movies", 4, page), rows);
      expect((await store.nodeSettingsVersion.listAtOrAbove("movies", 10, {})).items).toEqual([]);
    },
  },
  "nodeSettingsVersion.deleteByIndex": {
    "deletes at most so many of the index": async ({ store }) => {
      for (const node of ["a", "b", "c"]) await store.nodeSettingsVersion.advance("movies", node, 1);
      await store.nodeSettingsVersion.advance("books", "a", 1);
      expect(await store.nodeSettingsVersion.deleteByIndex("movies", 2)).toBe(2);
      expect(await store.nodeSettingsVersion.deleteByIndex("movies", 2)).toBe(1);
      expect(await store.nodeSettingsVersion.deleteByIndex("movies", 2)).toBe(0);
      expect((await store.nodeSettingsVersion.list("books", {})).items).toHaveLength(1);
    },
  },
  "nodeSettingsVersion.deleteByNode": {
    "deletes at most so many of the node": async ({ store }) => {
      for (const index of ["a", "b", "c"]) await store.nodeSettingsVersion.advance(index, "node-1", 1);
      await store.nodeSettingsVersion.advance("a", "node-2", 1);
      expect(await store.nodeSettingsVersion.deleteByNode("node-1", 2)).toBe(2);
      expect(await store.nodeSettingsVersion.deleteByNode("node-1", 2)).toBe(1);
      expect(await store.nodeSettingsVersion.deleteByNode("node-1", 2)).toBe(0);
      expect((await store.nodeSettingsVersion.list("a", {})).items.map((row) => row.nodeId)).toEqual(["node-2"]);
    },
  },
} satisfies PartTests<"nodeSettingsVersion">;
