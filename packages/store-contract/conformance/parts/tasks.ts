import { TASK_STATUSES, type TaskRow, type TaskStatus } from "@miroir/schema";
import fc from "fast-check";
import { expect } from "vitest";
import { MAX_UID } from "../../src/input.ts";
import type { Store } from "../../src/store.ts";
import type { NewTask, TaskFilter, TaskListRequest } from "../../src/tables/tasks.ts";
import { defined, listsInPages, race, range, refusals, refused, refusedAt, values } from "../expecting.ts";
import type { PartTests, TestContext } from "../subject.ts";

const newTask = (over: Partial<NewTask> = {}): NewTask => ({
  indexUid: "movies",
  type: "documentAdditionOrUpdate",
  nodeTasks: { "node-1": { uid: 7, status: "enqueued" } },
  ...over,
});
const error = { message: "m", code: "internal", type: "internal", link: "" };
const newest = async (store: Store): Promise<TaskRow[]> => (await store.tasks.list({}, { limit: 1000 })).items;

/** Thirty tasks of every status, type and index, at different times. */
async function manyTasks({ store, clock }: TestContext): Promise<TaskRow[]> {
  for (const i of range(30)) {
    clock.advance(i % 3);
    const indexUid = [null, "movies", "books", "__proto__"][i % 4] ?? null;
    const { uid } = await store.tasks.create(newTask({ indexUid, type: i % 3 === 0 ? "indexSwap" : "settingsUpdate" }));
    const status = defined(TASK_STATUSES[i % 5]);
    if (i % 2 === 1) await store.tasks.transition(uid, { status: "processing", startedAt: clock.now() + i });
    if (status === "canceled") await store.tasks.transition(uid, { status, canceledBy: i % 7 });
    else if (status !== "enqueued") await store.tasks.transition(uid, { status, finishedAt: clock.now() + 2 * i });
  }
  return newest(store);
}

/** The filter said out loud, apart from the rule that backends may share. */
function asked(filter: TaskFilter, task: TaskRow): boolean {
  const has = (list: readonly unknown[] | undefined, value: unknown) =>
    list === undefined || list.some((x) => x === value);
  const before = (t: number | null, limit: number | undefined) => limit === undefined || (t !== null && t < limit);
  const after = (t: number | null, limit: number | undefined) => limit === undefined || (t !== null && t > limit);
  return [
    has(filter.uids, task.uid),
    has(filter.statuses, task.status),
    has(filter.types, task.type),
    has(filter.indexUids, task.indexUid),
    has(filter.canceledBy, task.canceledBy),
    before(task.enqueuedAt, filter.beforeEnqueuedAt) && after(task.enqueuedAt, filter.afterEnqueuedAt),
    before(task.startedAt, filter.beforeStartedAt) && after(task.startedAt, filter.afterStartedAt),
    before(task.finishedAt, filter.beforeFinishedAt) && after(task.finishedAt, filter.afterFinishedAt),
  ].every(Boolean);
}

const some = <T>(items: fc.Arbitrary<T>) => fc.array(items, { maxLength: 3 });
/** Up to three fields at once: with more, hardly a task is left to match. */
const filters = (times: readonly number[]) => {
  const time = fc.constantFrom(...times);
  const full = fc.record({
    uids: some(fc.nat(35)),
    statuses: some(fc.constantFrom(...TASK_STATUSES)),
    types: some(fc.constantFrom("indexSwap", "settingsUpdate", "never")),
    indexUids: some(fc.constantFrom("movies", "books", "__proto__", "never")),
    canceledBy: some(fc.nat(8)),
    beforeEnqueuedAt: time,
    afterEnqueuedAt: time,
    beforeStartedAt: time,
    afterStartedAt: time,
    beforeFinishedAt: time,
    afterFinishedAt: time,
  });
  const fields = full.chain((filter) => fc.subarray(Object.entries(filter), { maxLength: 3 }));
  return fields.map((entries): TaskFilter => Object.fromEntries(entries));
};
const requests = fc.record({
  from: fc.option(fc.nat(35), { nil: undefined }),
  limit: fc.option(fc.nat(12), { nil: undefined }),
  reverse: fc.option(fc.boolean(), { nil: undefined }),
});

export const tasksTests = {
  "tasks.create": {
    "refuses once all uids have been given out": async ({ store }) => {
      await store.rows.write({ table: "counters", rows: [{ name: "tasks", next: MAX_UID }] });
      expect((await store.tasks.create(newTask())).uid).toBe(MAX_UID);
      await refused(store.tasks.create(newTask()), "capacity_exceeded");
      expect((await newest(store)).map((task) => task.uid)).toEqual([MAX_UID]);
    },
    "counts in a row that can be moved": async ({ store }) => {
      for (const _ of range(2)) await store.tasks.create(newTask());
      expect((await store.rows.read("counters", {})).items).toEqual([{ name: "tasks", next: 2 }]);
    },
    "gives uids from 0 without gaps, and the row as it will be read": async ({ store, clock }) => {
      const rows = [];
      for (const _ of range(3))
        rows.push(await store.tasks.create(newTask({ customMetadata: "note", details: { a: 1 } })));
      expect(rows.map((row) => row.uid)).toEqual([0, 1, 2]);
      expect(rows[0]).toEqual({
        uid: 0,
        indexUid: "movies",
        type: "documentAdditionOrUpdate",
        status: "enqueued",
        nodeTasks: { "node-1": { uid: 7, status: "enqueued" } },
        details: { a: 1 },
        error: null,
        canceledBy: null,
        customMetadata: "note",
        enqueuedAt: clock.now(),
        startedAt: null,
        finishedAt: null,
        updatedAt: clock.now(),
      });
      expect(await store.tasks.get(0)).toEqual(rows[0]);
    },
    "starts and finishes a task that is created in its final status": async ({ store, clock }) => {
      const row = await store.tasks.create(newTask({ status: "failed", error, nodeTasks: {} }));
      expect(row).toMatchObject({ status: "failed", error, startedAt: clock.now(), finishedAt: clock.now() });
    },
    "never gives a uid again, whatever was deleted": async ({ store }) => {
      for (const _ of range(3)) await store.tasks.create(newTask({ status: "succeeded" }));
      expect(await store.tasks.deleteFinished({}, 1000)).toBe(3);
      expect((await store.tasks.create(newTask())).uid).toBe(3);
    },
    "gives concurrent callers uids without gaps": async (t) => {
      const rows = values(await race(t, 40, (store, i) => store.tasks.create(newTask({ details: { caller: i } }))));
      expect(rows.map((row) => row.uid).sort((a, b) => a - b)).toEqual(range(40));
      const stored = await newest(t.store);
      expect(stored.map((row) => row.uid)).toEqual(range(40).reverse());
      for (const row of rows) expect(stored[39 - row.uid]).toEqual(row);
    },
    "leaves no gap where a task was refused": async ({ store }) => {
      await store.tasks.create(newTask());
      await refused(store.tasks.create(newTask({ type: "" })), "invalid_argument");
      await refused(store.tasks.create(newTask(), { fence: { scope: "none", epoch: 1 } }), "not_holder");
      expect((await store.tasks.create(newTask())).uid).toBe(1);
    },
    "refuses what is no task": async ({ store }) => {
      const create = (task: unknown) => store.tasks.create(task as NewTask);
      await refused(create({}), "invalid_argument");
      await refused(create({ ...newTask(), extra: 1 }), "invalid_argument");
      await refused(create(newTask({ status: "done" as TaskStatus })), "invalid_argument");
      await refused(create(newTask({ nodeTasks: { "": { uid: 1, status: "enqueued" } } })), "invalid_argument");
      await refused(create(newTask({ nodeTasks: { n: { uid: -1, status: "enqueued" } } })), "invalid_argument");
      await refused(create(newTask({ details: { at: new Date() } as never })), "invalid_argument");
      await refused(create(newTask({ details: { text: "x".repeat(2 ** 20) } })), "invalid_argument");
      expect(await newest(store)).toEqual([]);
    },
  },
  "tasks.get": {
    "gives null for a task that is not there": async ({ store }) => {
      expect(await store.tasks.get(0)).toBeNull();
      expect(await store.tasks.get(MAX_UID)).toBeNull();
      expect(await store.tasks.get(Number.MAX_SAFE_INTEGER)).toBeNull();
    },
    "refuses what is no uid": async ({ store }) => {
      for (const uid of [-1, 0.5, Number.NaN, 2 ** 53, "0"]) {
        await refused(store.tasks.get(uid as number), "invalid_argument");
      }
    },
    "gives a copy": async ({ store }) => {
      const { uid } = await store.tasks.create(newTask({ details: { list: [1] } }));
      const row = defined(await store.tasks.get(uid));
      row.status = "failed";
      defined(row.details).list = [];
      expect(await store.tasks.get(uid)).toMatchObject({ status: "enqueued", details: { list: [1] } });
    },
  },
  "tasks.updateNodeTasks": {
    "sets the nodes it names and leaves the others": async ({ store, clock }) => {
      const { uid } = await store.tasks.create(newTask());
      clock.advance(5);
      const row = await store.tasks.updateNodeTasks(uid, { "node-2": { uid: 9, status: "processing" } });
      expect(row.nodeTasks).toEqual({
        "node-1": { uid: 7, status: "enqueued" },
        "node-2": { uid: 9, status: "processing" },
      });
      expect(row.updatedAt).toBe(clock.now());
      expect(await store.tasks.get(uid)).toEqual(row);
    },
    "keeps the status of a node task that has ended, unless the node has another": async ({ store }) => {
      const { uid } = await store.tasks.create(newTask());
      await store.tasks.updateNodeTasks(uid, { "node-1": { uid: 7, status: "succeeded" } });
      const late = await store.tasks.updateNodeTasks(uid, { "node-1": { uid: 7, status: "processing" } });
      expect(late.nodeTasks).toEqual({ "node-1": { uid: 7, status: "succeeded" } });
      const other = await store.tasks.updateNodeTasks(uid, { "node-1": { uid: 8, status: "enqueued" } });
      expect(other.nodeTasks).toEqual({ "node-1": { uid: 8, status: "enqueued" } });
    },
    "loses no node to concurrent callers": async (t) => {
      const { uid } = await t.store.tasks.create(newTask({ nodeTasks: {} }));
      await race(t, 20, (store, i) =>
        store.tasks.updateNodeTasks(uid, { [`node-${i}`]: { uid: i, status: "enqueued" } }),
      );
      expect(Object.keys(defined(await t.store.tasks.get(uid)).nodeTasks)).toHaveLength(20);
    },
    "refuses a task that is not there": async ({ store }) => {
      await refusedAt(store.tasks.updateNodeTasks(4, {}), "not_found", "tasks", "updateNodeTasks", [4]);
    },
  },
  "tasks.transition": {
    "moves forwards, skipping allowed, with the store's times": async ({ store, clock }) => {
      const { uid } = await store.tasks.create(newTask());
      clock.advance(5);
      const startedAt = clock.now();
      const started = await store.tasks.transition(uid, { status: "processing", details: { received: 2 } });
      expect(started).toMatchObject({ status: "processing", startedAt, finishedAt: null, updatedAt: startedAt });
      clock.advance(5);
      const ended = await store.tasks.transition(uid, { status: "succeeded" });
      expect(ended).toMatchObject({ startedAt, finishedAt: clock.now(), details: { received: 2 } });
      expect(await store.tasks.get(uid)).toEqual(ended);
      const skipping = await store.tasks.create(newTask());
      expect(await store.tasks.transition(skipping.uid, { status: "failed", error })).toMatchObject({
        error,
        startedAt: clock.now(),
        finishedAt: clock.now(),
      });
    },
    "takes the nodes' times where they are given": async ({ store }) => {
      const { uid } = await store.tasks.create(newTask());
      const row = await store.tasks.transition(uid, { status: "succeeded", startedAt: 10, finishedAt: 20 });
      expect(row).toMatchObject({ startedAt: 10, finishedAt: 20 });
    },
    "takes what is given again before the end": async ({ store }) => {
      const { uid } = await store.tasks.create(newTask());
      await store.tasks.transition(uid, { status: "processing", details: { received: 1 }, startedAt: 10 });
      const again = await store.tasks.transition(uid, { status: "processing", details: { received: 2 } });
      expect(again).toMatchObject({ status: "processing", details: { received: 2 }, startedAt: 10, finishedAt: null });
      expect(await store.tasks.get(uid)).toEqual(again);
    },
    "never starts a task that was canceled while it waited": async ({ store, clock }) => {
      const { uid } = await store.tasks.create(newTask());
      const row = await store.tasks.transition(uid, { status: "canceled", canceledBy: 3 });
      expect(row).toMatchObject({ status: "canceled", canceledBy: 3, startedAt: null, finishedAt: clock.now() });
    },
    "is found by the last that canceled it alone": async ({ store }) => {
      const { uid } = await store.tasks.create(newTask());
      await store.tasks.transition(uid, { status: "processing", canceledBy: 7 });
      expect((await store.tasks.list({ canceledBy: [7] }, {})).total).toBe(1);
      await store.tasks.transition(uid, { status: "canceled", canceledBy: 8 });
      expect(await store.tasks.list({ canceledBy: [7] }, {})).toEqual({ items: [], total: 0, next: null });
      expect((await store.tasks.list({ canceledBy: [8] }, {})).total).toBe(1);
    },
    "changes nothing when a task has ended that way already": async ({ store, clock }) => {
      const { uid } = await store.tasks.create(newTask());
      const ended = await store.tasks.transition(uid, { status: "succeeded", details: { a: 1 } });
      clock.advance(5);
      expect(await store.tasks.transition(uid, { status: "succeeded", details: { a: 2 } })).toEqual(ended);
      expect(await store.tasks.get(uid)).toEqual(ended);
    },
    "refuses every move backwards or out of an end": async ({ store }) => {
      for (const [from, to] of [
        ["processing", "enqueued"],
        ...(["succeeded", "failed", "canceled"] as const).flatMap((end) =>
          TASK_STATUSES.filter((status) => status !== end).map((status) => [end, status] as const),
        ),
      ] as const) {
        const before = await store.tasks.create(newTask({ status: from }));
        const { uid } = before;
        await refusedAt(store.tasks.transition(uid, { status: to }), "illegal_transition", "tasks", "transition", [
          uid,
        ]);
        expect(await store.tasks.get(uid)).toEqual(before);
      }
    },
    "refuses a task that is not there": async ({ store }) => {
      const move = store.tasks.transition(4, { status: "processing" });
      await refusedAt(move, "not_found", "tasks", "transition", [4]);
    },
    "lets one of several different ends win": async (t) => {
      const { uid } = await t.store.tasks.create(newTask());
      const ends = ["succeeded", "failed", "canceled"] as const;
      const outcomes = await race(t, 3, (store, i) => store.tasks.transition(uid, { status: defined(ends[i]) }));
      expect(refusals(outcomes)).toEqual({ illegal_transition: 2 });
      const winner = outcomes.find((outcome) => outcome.status === "fulfilled");
      expect(await t.store.tasks.get(uid)).toEqual(defined(winner).value);
    },
  },
  "tasks.list": {
    "agrees with the filter said out loud, page and total": async (t) => {
      const tasks = await manyTasks(t);
      const times = tasks.flatMap((task) => [task.enqueuedAt, task.startedAt ?? 0, task.finishedAt ?? 0]);
      const list = async (filter: TaskFilter, request: TaskListRequest) => {
        const matching = tasks.filter((task) => asked(filter, task));
        if (request.reverse) matching.reverse();
        const { from, limit = 20, reverse = false } = request;
        const rest = matching.filter((task) => from === undefined || (reverse ? task.uid >= from : task.uid <= from));
        const expected = { items: rest.slice(0, limit), total: matching.length, next: rest[limit]?.uid ?? null };
        expect(await t.store.tasks.list(filter, request)).toEqual(expected);
      };
      await fc.assert(fc.asyncProperty(filters(times), requests, list), { numRuns: 300 });
    },
    "pages right where a field has several values, in any order": async (t) => {
      const tasks = await manyTasks(t);
      const indexUids = ["books", "movies", "__proto__"];
      const statuses = [...TASK_STATUSES];
      for (const turn of range(6)) {
        // Every order of three, and as many of the statuses.
        const turned = [...indexUids.slice(turn % 3), ...indexUids.slice(0, turn % 3)];
        const filter = {
          indexUids: turn < 3 ? turned : turned.reverse(),
          ...(turn % 2 === 0 ? {} : { statuses: [...statuses.slice(turn % 5), ...statuses.slice(0, turn % 5)] }),
        };
        const matching = tasks.filter((task) => asked(filter, task));
        for (const limit of range(10)) {
          const expected = {
            items: matching.slice(0, limit),
            total: matching.length,
            next: matching[limit]?.uid ?? null,
          };
          expect(await t.store.tasks.list(filter, { limit })).toEqual(expected);
        }
      }
    },
    "reaches the end by `next`, each task once": async (t) => {
      const tasks = await manyTasks(t);
      for (const reverse of [false, true]) {
        const uids: number[] = [];
        for (let from: number | null | undefined; from !== null; ) {
          const page: { items: TaskRow[]; next: number | null } = await t.store.tasks.list(
            { types: ["settingsUpdate"] },
            { from, limit: 3, reverse },
          );
          uids.push(...page.items.map((task) => task.uid));
          from = page.next;
        }
        const expected = tasks.filter((task) => task.type === "settingsUpdate").map((task) => task.uid);
        expect(uids).toEqual(reverse ? expected.reverse() : expected);
      }
    },
    "keeps its total right through creation, moves and deletion": async ({ store }) => {
      const total = async (filter: TaskFilter) => (await store.tasks.list(filter, { limit: 0 })).total;
      for (const i of range(4)) await store.tasks.create(newTask({ indexUid: i < 2 ? "a" : null }));
      await store.tasks.transition(0, { status: "succeeded" });
      await store.tasks.transition(2, { status: "processing" });
      await store.tasks.transition(2, { status: "processing" });
      expect(await total({})).toBe(4);
      expect(await total({ statuses: ["enqueued"], indexUids: ["a"] })).toBe(1);
      expect(await total({ statuses: ["processing"] })).toBe(1);
      expect(await store.tasks.deleteFinished({}, 10)).toBe(1);
      expect(await total({})).toBe(3);
      expect(await total({ statuses: ["succeeded"] })).toBe(0);
    },
    "matches nothing by an empty list or a page of none": async (t) => {
      await t.store.tasks.create(newTask());
      expect(await t.store.tasks.list({ uids: [] }, {})).toEqual({ items: [], total: 0, next: null });
      expect(await t.store.tasks.list({ statuses: [] }, {})).toEqual({ items: [], total: 0, next: null });
      expect(await t.store.tasks.list({}, { limit: 0 })).toEqual({ items: [], total: 1, next: 0 });
    },
    "refuses what is no filter or page": async ({ store }) => {
      await refused(store.tasks.list({ statuses: ["done" as TaskStatus] }, {}), "invalid_argument");
      await refused(store.tasks.list({ uid: [1] } as TaskFilter, {}), "invalid_argument");
      await refused(store.tasks.list({}, { limit: -1 }), "invalid_argument");
      await refused(store.tasks.list({}, { limit: 1001 }), "invalid_argument");
      await refused(store.tasks.list({}, { from: -1 }), "invalid_argument");
    },
  },
  "tasks.countByStatus": {
    "counts every status, zeros too": async (t) => {
      const zeros = { enqueued: 0, processing: 0, succeeded: 0, failed: 0, canceled: 0 };
      expect(await t.store.tasks.countByStatus()).toEqual(zeros);
      const tasks = await manyTasks(t);
      const expected: Record<string, number> = { ...zeros };
      for (const task of tasks) expected[task.status] = (expected[task.status] ?? 0) + 1;
      expect(await t.store.tasks.countByStatus()).toEqual(expected);
      await t.store.tasks.deleteFinished({}, 1000);
      expect(await t.store.tasks.countByStatus()).toEqual({ ...expected, succeeded: 0, failed: 0, canceled: 0 });
    },
    "stays right under concurrent moves": async (t) => {
      for (const _ of range(10)) await t.store.tasks.create(newTask());
      await race(t, 20, (store, i) => store.tasks.transition(i % 10, { status: i < 10 ? "processing" : "succeeded" }));
      const counts = await t.store.tasks.countByStatus();
      expect(counts).toEqual({ enqueued: 0, processing: 0, succeeded: 10, failed: 0, canceled: 0 });
    },
  },
  "tasks.listUnfinished": {
    "lists what waits or runs, oldest first": async (t) => {
      const tasks = await manyTasks(t);
      const unfinished = tasks.filter((task) => task.finishedAt === null).reverse();
      expect(unfinished.length).toBeGreaterThan(10);
      await listsInPages((page) => t.store.tasks.listUnfinished(page), unfinished);
    },
  },
  "tasks.deleteFinished": {
    "checks the fence of a filter that nothing can match": async ({ store }) => {
      for (const filter of [{ types: [] }, { uids: [] }, { statuses: ["enqueued"] }] as const) {
        expect(await store.tasks.deleteFinished(filter, 10)).toBe(0);
        const fence = { scope: "s", epoch: 1 };
        await refusedAt(store.tasks.deleteFinished(filter, 10, { fence }), "not_holder", "tasks", "deleteFinished", [
          "s",
        ]);
      }
    },
    "deletes the oldest that match, never one that has not finished": async (t) => {
      const tasks = await manyTasks(t);
      const filter: TaskFilter = { types: ["settingsUpdate"], statuses: ["enqueued", "succeeded", "failed"] };
      const matching = tasks.filter((task) => asked(filter, task) && task.finishedAt !== null).reverse();
      expect(await t.store.tasks.deleteFinished(filter, 2)).toBe(2);
      const gone = matching.slice(0, 2).map((task) => task.uid);
      expect(await newest(t.store)).toEqual(tasks.filter((task) => !gone.includes(task.uid)));
      expect(await t.store.tasks.deleteFinished(filter, 1000)).toBe(matching.length - 2);
      expect(await t.store.tasks.deleteFinished(filter, 1000)).toBe(0);
    },
    "deletes by uid what has finished of it, at most so many": async ({ store }) => {
      for (const _ of range(5)) await store.tasks.create(newTask({ status: "succeeded" }));
      await store.tasks.create(newTask());
      expect(await store.tasks.deleteFinished({ uids: [1, 3, 4, 5, 99] }, 2)).toBe(2);
      expect(await store.tasks.deleteFinished({ uids: [1, 3, 4, 5, 99] }, 2)).toBe(1);
      expect((await newest(store)).map((task) => task.uid)).toEqual([5, 2, 0]);
    },
    "deletes each task for one caller only": async (t) => {
      for (const _ of range(12)) await t.store.tasks.create(newTask({ status: "succeeded" }));
      const counts = values(await race(t, 6, (store) => store.tasks.deleteFinished({}, 5)));
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(12);
      expect(await newest(t.store)).toEqual([]);
    },
    "refuses a limit out of bounds": async ({ store }) => {
      await refused(store.tasks.deleteFinished({}, 0), "invalid_argument");
      await refused(store.tasks.deleteFinished({}, 1001), "invalid_argument");
    },
  },
  "tasks.renameIndex": {
    "gives tasks of lower uids the other name, lowest first, and nothing else": async (t) => {
      const before = await manyTasks(t);
      const movies = before.filter(({ indexUid }) => indexUid === "movies").map(({ uid }) => uid);
      const below = movies.toSorted((a, b) => a - b)[5] ?? 0;
      t.clock.advance(5);
      const rename = (limit: number) => t.store.tasks.renameIndex("movies", "films", { below, limit });
      const expectRenamed = async (count: number) => {
        const renamed = new Set(movies.toSorted((a, b) => a - b).slice(0, count));
        const after = before.map((task) => (renamed.has(task.uid) ? { ...task, indexUid: "films" } : task));
        expect(await newest(t.store)).toEqual(after);
        for (const indexUids of [["movies"], ["films"], ["films", "movies"], ["books"]]) {
          for (const over of [{}, { statuses: ["succeeded" as const] }, { types: ["indexSwap"] }]) {
            const filter = { indexUids, ...over };
            const expected = after.filter((task) => asked(filter, task));
            const list = await t.store.tasks.list(filter, { limit: 1000 });
            expect(list).toEqual({ items: expected, total: expected.length, next: null });
          }
        }
      };
      expect(await rename(3)).toBe(3);
      await expectRenamed(3);
      expect(await rename(3)).toBe(2);
      await expectRenamed(5);
      expect(await rename(3)).toBe(0);
      await expectRenamed(5);
      const counts = await t.store.tasks.countByStatus();
      expect(Object.values(counts).reduce((sum, n) => sum + n)).toBe(before.length);
    },
    "joins those that have the name, and brings back all": async ({ store }) => {
      for (const indexUid of ["a", "b", "a", null]) await store.tasks.create(newTask({ indexUid }));
      expect(await store.tasks.renameIndex("a", "b", { below: 4, limit: 10 })).toBe(2);
      expect((await store.tasks.list({ indexUids: ["a"] }, {})).total).toBe(0);
      expect(await store.tasks.renameIndex("b", "a", { below: 4, limit: 10 })).toBe(3);
      expect((await newest(store)).map(({ indexUid }) => indexUid)).toEqual([null, "a", "a", "a"]);
    },
    "leaves alone what has the name, or none": async ({ store }) => {
      for (const indexUid of ["a", null]) await store.tasks.create(newTask({ indexUid }));
      const before = await newest(store);
      expect(await store.tasks.renameIndex("a", "a", { below: 9, limit: 1 })).toBe(0);
      expect(await store.tasks.renameIndex("none", "a", { below: 9, limit: 1 })).toBe(0);
      expect(await store.tasks.renameIndex("a", "b", { below: 0, limit: 1 })).toBe(0);
      expect(await newest(store)).toEqual(before);
      await refused(store.tasks.renameIndex("a", "b", { below: 9, limit: 0 }), "invalid_argument");
    },
    "deletes and prunes by the new name": async ({ store, clock }) => {
      for (const indexUid of ["a", "a", "b"]) await store.tasks.create(newTask({ indexUid, status: "succeeded" }));
      await store.tasks.renameIndex("a", "c", { below: 9, limit: 9 });
      expect(await store.tasks.deleteFinished({ indexUids: ["a"] }, 9)).toBe(0);
      expect(await store.tasks.deleteFinished({ indexUids: ["c"] }, 1)).toBe(1);
      clock.advance(1);
      expect(await store.tasks.pruneFinished(clock.now(), 9)).toBe(2);
      expect((await store.tasks.list({ indexUids: ["c"] }, {})).total).toBe(0);
    },
  },
  "tasks.pruneFinished": {
    "deletes what finished before, the first finished first": async ({ store, clock }) => {
      const now = clock.now();
      for (const finishedAt of [now + 30, now + 10, now + 20, now + 40]) {
        const { uid } = await store.tasks.create(newTask());
        await store.tasks.transition(uid, { status: "succeeded", finishedAt });
      }
      await store.tasks.create(newTask());
      expect(await store.tasks.pruneFinished(now + 40, 2)).toBe(2);
      expect((await newest(store)).map((task) => task.uid)).toEqual([4, 3, 0]);
      expect(await store.tasks.pruneFinished(now + 40, 2)).toBe(1);
      expect((await newest(store)).map((task) => task.uid)).toEqual([4, 3]);
    },
  },
} satisfies PartTests<"tasks">;
