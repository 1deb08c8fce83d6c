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
        pendingSwaps: null,
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
  "indexes.getByPhysicalUid": {
    "finds the index that nodes know by that name": async ({ store }) => {
      expect(await store.indexes.getByPhysicalUid("movies_1")).toBeNull();
      for (const [i, name] of HOSTILE_KEYS.entries()) await create(store, name, null, `p${i}`);
      for (const [i, name] of HOSTILE_KEYS.entries()) {
        expect(await store.indexes.getByPhysicalUid(`p${i}`)).toEqual(await store.indexes.get(name));
        expect(await store.indexes.getByPhysicalUid(name)).toBeNull();
      }
    },
    "follows swaps, renames and deletions": async ({ store }) => {
      await create(store, "a", null, "p");
      await create(store, "b", null, "q");
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }], null);
      expect((await store.indexes.getByPhysicalUid("p"))?.uid).toBe("b");
      await store.indexes.swap([{ uids: ["b", "c"], rename: true }], null);
      expect((await store.indexes.getByPhysicalUid("p"))?.uid).toBe("c");
      await store.indexes.delete("c");
      expect(await store.indexes.getByPhysicalUid("p")).toBeNull();
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
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }], null);
      expect(await store.indexes.get("a")).toEqual({ ...b, uid: "a" });
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b", nextSequence: 10 });
    },
    "takes uids that begin like a name of the store's own": async ({ store }) => {
      const [a, b] = [await create(store, "_a", "id"), await create(store, "b", null)];
      await store.indexes.swap([{ uids: ["_a", "b"], rename: false }], null);
      await store.indexes.swap([{ uids: ["b", "_c"], rename: true }], null);
      expect((await store.indexes.list({})).items).toEqual([
        { ...b, uid: "_a" },
        { ...a, uid: "_c" },
      ]);
    },
    "renames, keeping all but the uid": async ({ store, clock }) => {
      const a = await create(store, "a", "id");
      clock.advance(5);
      await store.indexes.swap([{ uids: ["a", "b"], rename: true }], null);
      expect(await store.indexes.get("a")).toBeNull();
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b" });
    },
    "does all pairs or none": async ({ store }) => {
      for (const uid of ["a", "b", "c", "d"]) await create(store, uid);
      const before = await physical(store);
      const pair = (first: string, second: string, rename = false) => ({ uids: [first, second] as const, rename });
      await refused(store.indexes.swap([pair("a", "b"), pair("c", "none")], null), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("none", "c")], null), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("none", "new", true)], null), "not_found");
      await refused(store.indexes.swap([pair("a", "b"), pair("c", "d", true)], null), "already_exists");
      await refused(store.indexes.swap([pair("a", "b"), pair("b", "c")], null), "invalid_argument");
      await refused(store.indexes.swap([pair("a", "a")], null), "invalid_argument");
      expect(await physical(store)).toEqual(before);
      await store.indexes.swap([pair("a", "b"), pair("c", "e", true)], null);
      expect(await physical(store)).toEqual({ a: "b_1", b: "a_1", d: "d_1", e: "c_1" });
      await store.indexes.swap([], null);
    },
    "swaps once for each of many callers": async (t) => {
      await create(t.store, "a");
      await create(t.store, "b");
      values(await race(t, 11, (store) => store.indexes.swap([{ uids: ["a", "b"], rename: false }], null)));
      expect(await physical(t.store)).toEqual({ a: "b_1", b: "a_1" });
    },
  },
  "indexes.settleSwap": {
    "lets names stand for what they stood for until then": async ({ store, clock }) => {
      const a = await create(store, "a", 'i"d/é');
      clock.advance(5);
      const b = await create(store, "b");
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }], 7);
      const pending = ({ physicalUid, primaryKey, createdAt, updatedAt }: typeof a, taskUid: number) => ({
        taskUid,
        physicalUid,
        primaryKey,
        createdAt,
        updatedAt,
      });
      expect(await store.indexes.get("a")).toEqual({ ...b, uid: "a", pendingSwaps: [pending(a, 7)] });
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b", pendingSwaps: [pending(b, 7)] });
      await store.indexes.settleSwap(8, ["a", "b"]);
      expect((await store.indexes.get("a"))?.pendingSwaps).toEqual([pending(a, 7)]);
      await store.indexes.settleSwap(7, ["a", "b", "gone"]);
      await store.indexes.settleSwap(7, ["a", "b"]);
      expect(await store.indexes.get("a")).toEqual({ ...b, uid: "a" });
      expect(await store.indexes.get("b")).toEqual({ ...a, uid: "b" });
    },
    "keeps what is pending with the name, oldest first": async ({ store }) => {
      for (const uid of ["a", "b", "c"]) await create(store, uid);
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }], 1);
      await store.indexes.swap([{ uids: ["a", "c"], rename: false }], 2);
      const pendingOf = async (uid: string) =>
        (await store.indexes.get(uid))?.pendingSwaps?.map(({ taskUid, physicalUid }) => [taskUid, physicalUid]);
      expect(await pendingOf("a")).toEqual([
        [1, "a_1"],
        [2, "b_1"],
      ]);
      expect(await pendingOf("b")).toEqual([[1, "b_1"]]);
      expect(await pendingOf("c")).toEqual([[2, "c_1"]]);
      expect(await physical(store)).toEqual({ a: "c_1", b: "a_1", c: "b_1" });
      await store.indexes.settleSwap(1, ["a", "b"]);
      expect(await pendingOf("a")).toEqual([[2, "b_1"]]);
      expect(await pendingOf("b")).toBeUndefined();
    },
    "has nothing to settle after a rename": async ({ store }) => {
      for (const uid of ["a", "b"]) await create(store, uid);
      await store.indexes.swap([{ uids: ["a", "b"], rename: false }], 1);
      await store.indexes.swap([{ uids: ["a", "c"], rename: true }], 2);
      expect((await store.indexes.get("c"))?.pendingSwaps).toBeNull();
      await store.indexes.swap([{ uids: ["b", "c"], rename: false }], null);
      expect((await store.indexes.get("b"))?.pendingSwaps).toHaveLength(1);
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
