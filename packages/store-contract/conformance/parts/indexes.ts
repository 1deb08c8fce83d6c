import { expect } from "vitest";
import type { Store } from "../../src/store.ts";
import { collect, defined, listsInPages, race, range, refusals, refused, refusedAt, values } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import type { PartTests } from "../subject.ts";

const create = (store: Store, uid: string, primaryKey: string | null = null, physicalUid = `${uid}_1`) =>
  store.indexes.create({ uid, physicalUid, primaryKey });
const physical = async (store: Store) =>
  Object.fromEntries((await store.indexes.list({ limit: 1000 })).items.map((row) => [row.uid, row.physicalUid]));

export const indexesTests = {
  "indexes.create": {
    "registers it": async ({ store, clock }) => {
      const row = await create(store, "movies", "id");
      expect(row).toEqual({
        uid: "movies",
        physicalUid: "movies_1",
        primaryKey: "id",
        nextSequence: 0,
        createdAt: clock.now(),
        updatedAt: clock.now(),
      });
      expect(await store.indexes.get("movies")).toEqual(row);
    },
    "refuses a uid and a physical uid that are taken": async ({ store }) => {
      await create(store, "movies");
      await refusedAt(create(store, "movies", null, "x"), "already_exists", "indexes", "create", ["movies"]);
      await refusedAt(create(store, "books", null, "movies_1"), "already_exists", "indexes", "create", ["books"]);
      expect(await physical(store)).toEqual({ movies: "movies_1" });
      await create(store, "movies_1", null, "movies");
    },
    "lets one of many callers create it": async (t) => {
      const outcomes = await race(t, 10, (store, i) => create(store, "movies", null, `movies_${i}`));
      expect(refusals(outcomes)).toEqual({ already_exists: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(await physical(t.store)).toEqual({ movies: `movies_${winner}` });
    },
  },
  "indexes.get": {
    "gives null where there is none": async ({ store }) => {
      await create(store, "movies");
      expect(await store.indexes.get("movies_1")).toBeNull();
    },
  },
  "indexes.list": {
    "lists by uid": async ({ store }) => {
      for (const [i, uid] of HOSTILE_KEYS.entries()) await create(store, uid, null, `p${i}`);
      const rows = await collect((page) => store.indexes.list(page));
      expect(rows.map((row) => row.uid)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      await listsInPages((page) => store.indexes.list(page), rows);
    },
  },
  "indexes.count": {
    "counts them": async ({ store }) => {
      expect(await store.indexes.count()).toBe(0);
      await create(store, "movies");
      await create(store, "books");
      expect(await store.indexes.count()).toBe(2);
      await store.indexes.delete("movies");
      expect(await store.indexes.count()).toBe(1);
    },
  },
  "indexes.setPrimaryKey": {
    "sets it once; the same again is no error": async ({ store, clock }) => {
      await create(store, "movies");
      clock.advance(5);
      const row = await store.indexes.setPrimaryKey("movies", "id");
      expect(row).toMatchObject({ primaryKey: "id", updatedAt: clock.now() });
      clock.advance(5);
      expect(await store.indexes.setPrimaryKey("movies", "id")).toEqual(row);
      const other = store.indexes.setPrimaryKey("movies", "sku");
      await refusedAt(other, "version_conflict", "indexes", "setPrimaryKey", ["movies"]);
      expect(await store.indexes.get("movies")).toEqual(row);
    },
    "refuses an index that is not there": async ({ store }) => {
      await refusedAt(store.indexes.setPrimaryKey("x", "id"), "not_found", "indexes", "setPrimaryKey", ["x"]);
    },
    "lets one of many callers set it": async (t) => {
      await create(t.store, "movies");
      const outcomes = await race(t, 10, (store, i) => store.indexes.setPrimaryKey("movies", `key-${i}`));
      expect(refusals(outcomes)).toEqual({ version_conflict: 9 });
      const winner = outcomes.findIndex((outcome) => outcome.status === "fulfilled");
      expect(defined(await t.store.indexes.get("movies")).primaryKey).toBe(`key-${winner}`);
    },
  },
  "indexes.replacePrimaryKey": {
    "replaces the one expected, and again without error": async ({ store }) => {
      await create(store, "movies", "id");
      const row = await store.indexes.replacePrimaryKey("movies", "id", "sku");
      expect(row.primaryKey).toBe("sku");
      expect(await store.indexes.replacePrimaryKey("movies", "id", "sku")).toEqual(row);
      await create(store, "books");
      expect((await store.indexes.replacePrimaryKey("books", null, "isbn")).primaryKey).toBe("isbn");
    },
    "refuses another than the one expected, and an index that is not there": async ({ store }) => {
      const row = await create(store, "movies", "id");
      for (const expected of ["sku", null]) {
        const replace = store.indexes.replacePrimaryKey("movies", expected, "isbn");
        await refusedAt(replace, "version_conflict", "indexes", "replacePrimaryKey", ["movies"]);
      }
      expect(await store.indexes.get("movies")).toEqual(row);
      await refused(store.indexes.replacePrimaryKey("x", null, "id"), "not_found");
    },
  },
  "indexes.touch": {
    "moves its updatedAt": async ({ store, clock }) => {
      const row = await create(store, "movies");
      clock.advance(5);
      expect(await store.indexes.touch("movies")).toEqual({ ...row, updatedAt: clock.now() });
      expect(await store.indexes.get("movies")).toEqual({ ...row, updatedAt: clock.now() });
    },
    "refuses an index that is not there": async ({ store }) => {
      await refusedAt(store.indexes.touch("x"), "not_found", "indexes", "touch", ["x"]);
    },
  },
  "indexes.takeSequence": {
    "gives blocks that never overlap": async (t) => {
      await create(t.store, "movies");
      expect(await t.store.indexes.takeSequence("movies", 100)).toBe(0);
      expect(await t.store.indexes.takeSequence("movies", 1)).toBe(100);
      const firsts = values(await race(t, 20, (store) => store.indexes.takeSequence("movies", 10)));
      expect(firsts.sort((a, b) => a - b)).toEqual(range(20).map((i) => 101 + 10 * i));
      expect(defined(await t.store.indexes.get("movies")).nextSequence).toBe(301);
    },
    "refuses an index that is not there, and a block of none": async ({ store }) => {
      await refusedAt(store.indexes.takeSequence("x", 1), "not_found", "indexes", "takeSequence", ["x"]);
      await refused(store.indexes.takeSequence("x", 0), "invalid_argument");
    },
  },
  "indexes.swap": {
    "exchanges everything but the names": async ({ store, clock }) => {
      const a = await create(store, "a", "id");
      clock.advance(5);
      const b = await create(store, "b", "sku");
      await store.indexes.takeSequence("a", 10);
      clock.advance(5);
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }]);
      expect(await store.indexes.get("a")).toEqual({ ...b, uid: "a" });
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b", nextSequence: 10 });
    },
    "renames, keeping all but the uid": async ({ store, clock }) => {
      const a = await create(store, "a", "id");
      clock.advance(5);
      await store.indexes.swap([{ uids: ["a", "b"], rename: true }]);
      expect(await store.indexes.get("a")).toBeNull();
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b" });
    },
    "does all pairs or none": async ({ store }) => {
      for (const uid of ["a", "b", "c", "d"]) await create(store, uid);
      const before = await physical(store);
      const pair = (first: string, second: string, rename = false) => ({ uids: [first, second] as const, rename });
      await refused(store.indexes.swap([pair("a", "b"), pair("c", "none")]), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("none", "c")]), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("none", "new", true)]), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("c", "d", true)]), "already_exists");
      await refused(store.indexes.swap([pair("a", "b"), pair("b", "c")]), "invalid_argument");
      await refused(store.indexes.swap([pair("a", "a")]), "invalid_argument");
      expect(await physical(store)).toEqual(before);
      await store.indexes.swap([pair("a", "b"), pair("c", "e", true)]);
      expect(await physical(store)).toEqual({ a: "b_1", b: "a_1", d: "d_1", e: "c_1" });
      await store.indexes.swap([]);
    },
    "swaps once for each of many callers": async (t) => {
      await create(t.store, "a");
      await create(t.store, "b");
      values(await race(t, 11, (store) => store.indexes.swap([{ uids: ["a", "b"], rename: false }])));
      expect(await physical(t.store)).toEqual({ a: "b_1", b: "a_1" });
    },
  },
  "indexes.delete": {
    "says whether it was there, and frees its physical uid": async ({ store }) => {
      await create(store, "movies");
      expect(await store.indexes.delete("movies")).toBe(true);
      expect(await store.indexes.delete("movies")).toBe(false);
      await create(store, "books", null, "movies_1");
    },
  },
} satisfies PartTests<"indexes">;
