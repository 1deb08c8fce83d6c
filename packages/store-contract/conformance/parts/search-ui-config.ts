import { expect } from "vitest";
import { collect, defined, listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

export const searchUiConfigTests = {
  "searchUiConfig.put": {
    "creates, then replaces, always in a newer version": async ({ store, clock }) => {
      const first = await store.searchUiConfig.put("movies", { title: "Movies" }, null);
      expect(first).toEqual({ indexUid: "movies", config: { title: "Movies" }, updatedAt: clock.now() });
      const second = await store.searchUiConfig.put("movies", { title: "Films" }, null);
      expect(second).toEqual({ indexUid: "movies", config: { title: "Films" }, updatedAt: clock.now() + 1 });
      expect((await store.searchUiConfig.put("movies", {}, null)).updatedAt).toBe(clock.now() + 2);
      clock.advance(50);
      expect((await store.searchUiConfig.put("movies", {}, null)).updatedAt).toBe(clock.now());
    },
    "refuses another version than the one expected": async ({ store }) => {
      const put = (expected: number) => store.searchUiConfig.put("movies", { title: "late" }, expected);
      await refusedAt(put(1), "version_conflict", "searchUiConfig", "put", ["movies"]);
      expect(await store.searchUiConfig.get("movies")).toBeNull();
      const row = await store.searchUiConfig.put("movies", {}, null);
      await refusedAt(put(row.updatedAt - 1), "version_conflict", "searchUiConfig", "put", ["movies"]);
      expect(await store.searchUiConfig.get("movies")).toEqual(row);
      expect((await put(row.updatedAt)).config).toEqual({ title: "late" });
    },
    "lets one of many callers replace a version": async (t) => {
      const { updatedAt } = await t.store.searchUiConfig.put("movies", {}, null);
      const outcomes = await race(t, 10, (store, i) => store.searchUiConfig.put("movies", { caller: i }, updatedAt));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(defined(await t.store.searchUiConfig.get("movies")).config).toEqual({ caller: winner });
    },
    "refuses what is no object": async ({ store }) => {
      await refused(store.searchUiConfig.put("movies", [] as never, null), "invalid_argument");
    },
  },
  "searchUiConfig.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.searchUiConfig.get("movies")).toBeNull();
    },
  },
  "searchUiConfig.list": {
    "lists by index uid": async ({ store }) => {
      for (const index of HOSTILE_KEYS) await store.searchUiConfig.put(index, {}, null);
      const rows = await collect((page) => store.searchUiConfig.list(page));
      expect(rows.map((row) => row.indexUid)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.searchUiConfig.list(page), rows);
    },
  },
  "searchUiConfig.delete": {
    "says whether it was there": async ({ store }) => {
      await store.searchUiConfig.put("movies", {}, null);
      expect(await store.searchUiConfig.delete("movies")).toBe(true);
      expect(await store.searchUiConfig.delete("movies")).toBe(false);
    },
  },
} satisfies PartTests<"searchUiConfig">;
