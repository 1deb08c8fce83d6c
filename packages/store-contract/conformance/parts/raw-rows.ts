import { KEYSPACES } from "@miroir/schema";
import { expect } from "vitest";
import { MOVABLE_TABLES, type MovableTable, type RowBatch, type RowOf, rowKeyText } from "../../src/beside/raw-rows.ts";
import type { Store } from "../../src/store.ts";
import { canary, run } from "../canary-samples.ts";
import { collect, defined, race, range, refused, refusedAt } from "../expecting.ts";
import { byBytes, HOSTILE_KEYS } from "../hostile.ts";
import { fill, goesOn, type Rights } from "../restart.ts";
import { snapshot } from "../samples.ts";
import type { PartTests, TestContext } from "../subject.ts";

type Row = Readonly<Record<string, unknown>>;
type Contents = Readonly<Record<MovableTable, readonly Row[]>>;

const rowsOf = async <T extends MovableTable>(store: Store, table: T, limit = 1000): Promise<RowOf<T>[]> => {
  const rows = await collect((page) => store.rows.read(table, page), limit);
  return rows.sort((a, b) => byBytes(rowKeyText(table, a), rowKeyText(table, b)));
};

/** Every row there is, by table. */
async function contents(store: Store): Promise<Contents> {
  const entries = [];
  for (const table of MOVABLE_TABLES) entries.push([table, await rowsOf(store, table)] as const);
  return Object.fromEntries(entries) as unknown as Contents;
}

const put = (store: Store, table: MovableTable, rows: readonly Row[]) =>
  store.rows.write({ table, rows } as unknown as RowBatch);

/** Empties the store and writes the rows back: what remains is what the rows alone say. */
async function rewrite(store: Store, rows: Contents): Promise<void> {
  for (const table of MOVABLE_TABLES) await store.rows.clear(table, 1000);
  for (const table of MOVABLE_TABLES) await put(store, table, rows[table]);
}

async function filled(t: TestContext): Promise<{ rights: Rights; rows: Contents }> {
  const rights = await fill(t.store);
  return { rights, rows: await contents(t.store) };
}

const job = async (store: Store, id: string, dedupeKey: string | null): Promise<RowOf<"jobs">> => {
  await store.jobs.enqueue({ id, type: "t", params: {}, dedupeKey: dedupeKey ?? undefined });
  return defined(await store.jobs.get(id));
};

export const rawRowsTests = {
  "rows.read": {
    "gives every row of every table once, in pages of any size": async (t) => {
      const { rows } = await filled(t);
      const sizes = await t.store.sizes();
      for (const table of MOVABLE_TABLES) {
        expect(rows[table], table).toHaveLength(sizes[table]);
        expect(new Set(rows[table].map((row) => rowKeyText(table, row))).size).toBe(sizes[table]);
        for (const limit of [1, 2, Math.max(1, sizes[table])]) {
          expect(await rowsOf(t.store, table, limit)).toEqual(rows[table]);
        }
      }
    },
    "gives rows past their deadline": async ({ store, clock }) => {
      const row = await store.gateways.heartbeat("g", "a", 100);
      clock.advance(1000);
      expect((await store.gateways.list({})).items).toEqual([]);
      expect(await store.rows.read("gateways", {})).toEqual({ items: [row], unreadable: [], next: null });
    },
    "gives rows whose keys are hostile": async ({ store }) => {
      for (const key of HOSTILE_KEYS) {
        await store.cdcCursors.advance(key, key, 0, 1);
        await store.gateways.heartbeat(key, "a", 100);
      }
      for (const limit of [3, 1000]) {
        const sinks = (await rowsOf(store, "cdcCursors", limit)).map(({ sinkName, indexUid }) => [sinkName, indexUid]);
        expect(sinks.sort(([a = ""], [b = ""]) => byBytes(a, b))).toEqual(
          [...HOSTILE_KEYS].sort(byBytes).map((key) => [key, key]),
        );
        const ids = (await rowsOf(store, "gateways", limit)).map(({ gatewayId }) => gatewayId);
        expect(ids.sort(byBytes)).toEqual([...HOSTILE_KEYS].sort(byBytes));
      }
    },
    "gives twenty unless told, and refuses what is no table, cursor or limit": async ({ store }) => {
      for (const i of range(21)) await store.gateways.heartbeat(`g${i}`, "a", 100);
      expect((await store.rows.read("gateways", {})).items).toHaveLength(20);
      await refused(store.rows.read("gateways", { cursor: "no cursor" }), "invalid_argument");
      for (const limit of [0, 1001]) await refused(store.rows.read("gateways", { limit }), "invalid_argument");
      for (const table of ["taskCounts", "nothing", "toString"]) {
        await refused(store.rows.read(table as "tasks", {}), "invalid_argument");
      }
    },
  },
  "rows.write": {
    "puts back what was read, and all goes on where it was": async (t) => {
      const { rights, rows } = await filled(t);
      const before = await snapshot(t.store);
      await rewrite(t.store, rows);
      expect(await contents(t.store)).toEqual(rows);
      expect(await snapshot(t.store)).toEqual(before);
      await goesOn(t.store, rights);
    },
    "replaces rows, and what was derived from them": async (t) => {
      const { store } = t;
      const { rows } = await filled(t);
      const before = await snapshot(store);
      for (const table of MOVABLE_TABLES) await put(store, table, rows[table]);
      expect(await snapshot(store)).toEqual(before);
      const [first] = await rowsOf(store, "tasks");
      const moved = { ...defined(first), status: "canceled", indexUid: "books", type: "other", canceledBy: 9 };
      await put(store, "tasks", [{ ...moved, finishedAt: 7, uid: 0 }]);
      const found = async (filter: Parameters<Store["tasks"]["list"]>[0]) => {
        const { items, total } = await store.tasks.list(filter, {});
        expect(items).toHaveLength(total);
        return items.map(({ uid }) => uid);
      };
      expect(await found({ indexUids: ["movies"] })).toEqual([]);
      expect(await found({ statuses: ["enqueued"] })).toEqual([]);
      expect(await found({ types: ["t"] })).toEqual([1]);
      expect(await found({ statuses: ["canceled"], types: ["other"], indexUids: ["books"] })).toEqual([0]);
      expect(await found({ statuses: ["canceled"], types: ["other"] })).toEqual([0]);
      expect(await found({ statuses: ["enqueued"], indexUids: ["movies"] })).toEqual([]);
      expect(await found({ canceledBy: [9] })).toEqual([0]);
      expect(await store.tasks.countByStatus()).toMatchObject({ enqueued: 0, failed: 1, canceled: 1 });
      expect(await store.tasks.pruneFinished(8, 10)).toBe(1);
    },
    "keeps how many sessions there may be": async ({ store }) => {
      const pin = { indexUid: "i", taskUid: 1, group: 0, settingsVersion: 0 };
      const bounds = { ttlMs: 1000, maxSessions: 3 };
      await store.sessions.recordWrite("s", pin, bounds);
      const [session] = await rowsOf(store, "sessions");
      await put(
        store,
        "sessions",
        range(5).map((i) => ({ ...defined(session), sessionId: `s${i}`, lastUsedAt: i })),
      );
      await store.sessions.recordWrite("t", pin, bounds);
      expect(await store.sessions.count()).toBe(3);
      expect(await store.sessions.get("s0")).toBeNull();
    },
    "refuses what only one row may have, and changes nothing": async ({ store }) => {
      await store.indexes.create({ uid: "a", physicalUid: "p", primaryKey: null });
      const [index] = await rowsOf(store, "indexes");
      const twin = { ...defined(index), uid: "b" };
      await refusedAt(put(store, "indexes", [twin]), "already_exists", "indexes", "write", ["b"]);
      const free = { ...twin, uid: "c", physicalUid: "q" };
      await refused(put(store, "indexes", [free, { ...free, uid: "d" }]), "already_exists");
      await refused(put(store, "indexes", [free, twin]), "already_exists");
      expect(await rowsOf(store, "indexes")).toEqual([index]);
      const first = await job(store, "j", "d");
      await refused(put(store, "jobs", [{ ...first, id: "k", seq: 5 }]), "already_exists");
      const alike = { ...first, dedupeKey: null, seq: 50 };
      await refused(put(store, "jobs", [alike, { ...alike, id: "k" }]), "already_exists");
      await refused(put(store, "jobs", [{ ...first, id: "k", dedupeKey: null }]), "already_exists");
      expect(await rowsOf(store, "jobs")).toEqual([first]);
      await put(store, "jobs", [{ ...first, id: "k", seq: 5, state: "completed", finishedAt: 1 }]);
    },
    "replaces rows that keep what only they have, whatever their names begin with": async ({ store }) => {
      await store.indexes.create({ uid: "_a", physicalUid: "p", primaryKey: null });
      const [index] = await rowsOf(store, "indexes");
      const waiting = await job(store, "_j", "d");
      for (const _ of range(2)) {
        await put(store, "indexes", [{ ...defined(index), primaryKey: "id" }]);
        await put(store, "jobs", [waiting]);
      }
      expect(await store.indexes.getByPhysicalUid("p")).toEqual({ ...index, primaryKey: "id" });
      expect((await store.jobs.enqueue({ type: "t", params: {}, dedupeKey: "d" })).id).toBe("_j");
    },
    "lets rows of one batch swap what only one may have": async ({ store }) => {
      for (const uid of ["a", "b"]) await store.indexes.create({ uid, physicalUid: `${uid}_1`, primaryKey: null });
      const [a, b] = (await rowsOf(store, "indexes")).map(defined) as [RowOf<"indexes">, RowOf<"indexes">];
      await put(store, "indexes", [
        { ...a, physicalUid: b.physicalUid },
        { ...b, physicalUid: a.physicalUid },
      ]);
      expect((await store.indexes.get("a"))?.physicalUid).toBe("b_1");
      await refused(store.indexes.create({ uid: "c", physicalUid: "a_1", primaryKey: null }), "already_exists");
      await store.indexes.delete("b");
      await store.indexes.create({ uid: "c", physicalUid: "a_1", primaryKey: null });
      const [first, second] = [await job(store, "j", "d"), await job(store, "k", "e")];
      await put(store, "jobs", [
        { ...first, seq: second.seq, dedupeKey: second.dedupeKey },
        { ...second, seq: first.seq, dedupeKey: first.dedupeKey },
      ]);
      expect((await store.jobs.enqueue({ type: "t", params: {}, dedupeKey: "d" })).id).toBe("k");
      expect((await store.jobs.claim("w", ["t"], 100))?.id).toBe("k");
    },
    "takes rows of the table's shape only, each key once": async (t) => {
      const { store } = t;
      const { rows } = await filled(t);
      for (const table of MOVABLE_TABLES) {
        const row = defined(rows[table][0]);
        const [column = ""] = Object.keys(row);
        const { [column]: _, ...short } = row;
        for (const wrong of [
          short,
          { ...row, other: 1 },
          { ...row, [column]: undefined },
          { ...row, [column]: [[]] },
        ]) {
          await refused(put(store, table, [row, wrong]), "invalid_argument");
        }
        await refused(put(store, table, [row, { ...row }]), "invalid_argument");
      }
      const pinned = { ...defined(rows.sessions[0]), pins: [] };
      await refused(put(store, "sessions", [pinned]), "invalid_argument");
      await refused(put(store, "tasks", [{ ...defined(rows.tasks[0]), status: "lost" }]), "invalid_argument");
      const many = range(1001).map((i) => ({ ...defined(rows.gateways[0]), gatewayId: `g${i}` }));
      await refused(put(store, "gateways", many), "invalid_argument");
      expect(await contents(store)).toEqual(rows);
      await put(store, "gateways", many.slice(1));
      expect((await store.sizes()).gateways).toBe(1000 + 1);
    },
    "leaves one of the rows that several callers write": async (t) => {
      await t.store.indexes.create({ uid: "a", physicalUid: "p", primaryKey: null });
      const [index] = await rowsOf(t.store, "indexes");
      await race(t, 8, (store, i) => put(store, "indexes", [{ ...defined(index), physicalUid: `p${i}` }]));
      expect((await t.store.sizes()).indexes).toBe(1);
      const { physicalUid } = defined(await t.store.indexes.get("a"));
      for (const i of range(8).filter((n) => `p${n}` !== physicalUid)) {
        await t.store.indexes.create({ uid: `other${i}`, physicalUid: `p${i}`, primaryKey: null });
      }
    },
  },
  "rows.clear": {
    "refuses a fence in its own name, whichever the table": async ({ store }) => {
      const error = await refused(store.rows.clear("aliases", 10, { fence: { scope: "s", epoch: 1 } }), "not_holder");
      const { table, operation, key } = error;
      expect({ table, operation, key }).toEqual({ table: "rows", operation: "clear", key: ["s"] });
    },
    "deletes at most so many rows, and what was derived from them": async (t) => {
      const { store } = t;
      await filled(t);
      const empty = Object.fromEntries(Object.keys(KEYSPACES).map((table) => [table, 0]));
      for (const table of MOVABLE_TABLES) {
        const size = (await store.sizes())[table];
        for (const i of range(size)) expect(await store.rows.clear(table, 1), `${table} ${i}`).toBe(1);
        expect(await store.rows.clear(table, 10)).toBe(0);
      }
      expect(await store.sizes()).toEqual(empty);
      expect(await store.tasks.countByStatus()).toMatchObject({ enqueued: 0, failed: 0 });
      expect((await store.tasks.list({ types: ["t"] }, {})).total).toBe(0);
      expect(await store.jobs.counts()).toMatchObject({ byState: { queued: 0 }, oldestDueAgeMs: null });
      expect(await store.canaryRuns.latest({})).toEqual({ items: [], next: null });
      await fill(store);
      expect((await store.tasks.get(0))?.status).toBe("enqueued");
    },
    "leaves a canary its other runs": async ({ store }) => {
      await store.canaries.put(canary("c"));
      for (const id of ["1", "2"]) await store.canaryRuns.record(run("c", id), 10);
      expect(await store.rows.clear("canaryRuns", 1)).toBe(1);
      const [left] = await rowsOf(store, "canaryRuns");
      expect((await store.canaryRuns.latest({})).items).toEqual([left]);
    },
    "refuses what is no table or limit": async ({ store }) => {
      await refused(store.rows.clear("taskCounts" as "tasks", 1), "invalid_argument");
      for (const limit of [0, 1001]) await refused(store.rows.clear("tasks", limit), "invalid_argument");
    },
  },
} satisfies PartTests<"rows">;
