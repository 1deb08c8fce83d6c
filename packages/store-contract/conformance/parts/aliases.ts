import { expect } from "vitest";
import type { AliasTargets } from "../../src/tables/aliases.ts";
import { collect, defined, listsInPages, race, refusals, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

const single = (currentUid: string): AliasTargets => ({ kind: "single", currentUid });
const multi = (...targetUids: string[]): AliasTargets => ({ kind: "multi", targetUids });

export const aliasesTests = {
  "aliases.create": {
    "creates version 1 without history, of either kind": async ({ store, clock }) => {
      const at = { createdAt: clock.now(), updatedAt: clock.now() };
      const one = await store.aliases.create("a", single("movies"));
      expect(one).toEqual({
        name: "a",
        kind: "single",
        currentUid: "movies",
        targetUids: null,
        version: 1,
        history: [],
        ...at,
      });
      expect(await store.aliases.get("a")).toEqual(one);
      const many = await store.aliases.create("b", multi("x", "y"));
      expect(many).toMatchObject({ kind: "multi", currentUid: null, targetUids: ["x", "y"] });
      expect(await store.aliases.get("b")).toEqual(many);
    },
    "refuses a name that is taken": async ({ store }) => {
      const before = await store.aliases.create("a", single("movies"));
      await refusedAt(store.aliases.create("a", single("books")), "already_exists", "aliases", "create", ["a"]);
      expect(await store.aliases.get("a")).toEqual(before);
    },
    "refuses targets that are none": async ({ store }) => {
      await refused(store.aliases.create("a", multi()), "invalid_argument");
      await refused(store.aliases.create("a", { kind: "both" } as unknown as AliasTargets), "invalid_argument");
    },
    "lets one of many callers create it": async (t) => {
      const outcomes = await race(t, 10, (store, i) => store.aliases.create("a", single(`index-${i}`)));
      expect(refusals(outcomes)).toEqual({ already_exists: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(defined(await t.store.aliases.get("a")).currentUid).toBe(`index-${winner}`);
    },
  },
  "aliases.get": {
    "gives null where there is none": async ({ store }) => {
      expect(await store.aliases.get("a")).toBeNull();
    },
  },
  "aliases.list": {
    "lists by name": async ({ store }) => {
      for (const name of HOSTILE_KEYS) await store.aliases.create(name, single("i"));
      const rows = await collect((page) => store.aliases.list(page));
      expect(rows.map((row) => row.name)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.aliases.list(page), rows);
    },
  },
  "aliases.flip": {
    "points elsewhere and remembers, newest first and bounded": async ({ store, clock }) => {
      const created = await store.aliases.create("a", single("i1"));
      clock.advance(5);
      const replacedAt = clock.now();
      expect(await store.aliases.flip("a", single("i2"), 1, 2)).toEqual({
        ...created,
        currentUid: "i2",
        version: 2,
        history: [{ version: 1, currentUid: "i1", targetUids: null, replacedAt }],
        updatedAt: replacedAt,
      });
      await store.aliases.flip("a", single("i3"), 2, 2);
      const last = await store.aliases.flip("a", single("i4"), 3, 2);
      expect(last.history.map((state) => state.currentUid)).toEqual(["i3", "i2"]);
      expect(await store.aliases.get("a")).toEqual(last);
      expect((await store.aliases.flip("a", single("i5"), 4, 0)).history).toEqual([]);
    },
    "answers the same when it is sent again": async ({ store, clock }) => {
      await store.aliases.create("a", multi("x"));
      const flipped = await store.aliases.flip("a", multi("y", "z"), 1, 5);
      clock.advance(5);
      expect(await store.aliases.flip("a", multi("y", "z"), 1, 5)).toEqual(flipped);
      expect(await store.aliases.get("a")).toEqual(flipped);
    },
    "refuses another version, another kind and an alias that is not there": async ({ store }) => {
      const before = await store.aliases.create("a", single("i1"));
      await refusedAt(store.aliases.flip("a", single("i2"), 2, 5), "version_conflict", "aliases", "flip", ["a"]);
      await refusedAt(store.aliases.flip("a", multi("i2"), 1, 5), "illegal_transition", "aliases", "flip", ["a"]);
      await refusedAt(store.aliases.flip("b", single("i2"), 1, 5), "not_found", "aliases", "flip", ["b"]);
      expect(await store.aliases.get("a")).toEqual(before);
    },
    "refuses another version even where the alias points there already, and other targets sent again": async ({
      store,
    }) => {
      await store.aliases.create("a", single("i"));
      await store.aliases.flip("a", single("i"), 1, 5);
      await store.aliases.flip("a", single("i"), 2, 5);
      await refused(store.aliases.flip("a", single("i"), 1, 5), "version_conflict");
      await refused(store.aliases.flip("a", single("i"), 7, 5), "version_conflict");
      expect(await store.aliases.flip("a", single("i"), 3, 5)).toMatchObject({ version: 4 });
      await store.aliases.create("m", multi("x"));
      await store.aliases.flip("m", multi("y"), 1, 5);
      await refused(store.aliases.flip("m", multi("z"), 1, 5), "version_conflict");
    },
    "lets one of many callers flip a version": async (t) => {
      await t.store.aliases.create("a", single("start"));
      const outcomes = await race(t, 10, (store, i) => store.aliases.flip("a", single(`index-${i}`), 1, 5));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const row = defined(await t.store.aliases.get("a"));
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(row).toMatchObject({ version: 2, currentUid: `index-${winner}` });
      expect(row.history).toHaveLength(1);
    },
  },
  "aliases.delete": {
    "says whether it was there": async ({ store }) => {
      await store.aliases.create("a", single("i"));
      expect(await store.aliases.delete("a", null)).toBe(true);
      expect(await store.aliases.delete("a", null)).toBe(false);
      expect(await store.aliases.delete("a", 3)).toBe(false);
      expect(await store.aliases.get("a")).toBeNull();
    },
    "refuses another version": async ({ store }) => {
      await store.aliases.create("a", single("i"));
      await refusedAt(store.aliases.delete("a", 2), "version_conflict", "aliases", "delete", ["a"]);
      expect(await store.aliases.delete("a", 1)).toBe(true);
    },
    "starts anew after it": async ({ store }) => {
      await store.aliases.create("a", single("i"));
      await store.aliases.flip("a", single("j"), 1, 5);
      await store.aliases.delete("a", 2);
      expect(await store.aliases.create("a", single("k"))).toMatchObject({ version: 1, history: [] });
    },
  },
} satisfies PartTests<"aliases">;
