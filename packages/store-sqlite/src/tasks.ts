import { type TaskRow, tasks, tasksKeyspace } from "@miroir/schema";
import {
  DEFAULT_LIMIT,
  encodeCursor,
  FINISHED_STATUSES,
  MAX_UID,
  mergeNodeTasks,
  newTaskRow,
  pageLimit,
  StoreError,
  type Tasks,
  transitionedRow,
  UNFINISHED_STATUSES,
} from "@miroir/store-contract";
import { and, asc, eq, lt } from "drizzle-orm";
import { pick } from "./codec.ts";
import { type Context, illegalTransition, notFound, type Sync } from "./context.ts";
import { createCounter } from "./counters.ts";
import { numberCursor } from "./cursors.ts";
import { createRows, createUpdate } from "./rows.ts";
import { build, param } from "./statements.ts";
import { createTaskCounts, type TaskKind } from "./task-counts.ts";
import { createTaskSearch, type RawTask } from "./task-list.ts";

export function createTasks(context: Context): Sync<Tasks> {
  const { clock, sql } = context;
  const rows = createRows(context, tasksKeyspace);
  const counts = createTaskCounts(context);
  const search = createTaskSearch(context, counts);
  const setNodeTasks = createUpdate(context, tasksKeyspace, "nodeTasks", "updatedAt");
  const move = createUpdate(
    context,
    tasksKeyspace,
    "status",
    "details",
    "error",
    "canceledBy",
    "startedAt",
    "finishedAt",
    "updatedAt",
  );
  const nextUid = createCounter(context, "tasks");
  const finishedBefore = sql.raw(
    build
      .select(pick(tasks, "uid", "status", "type", "indexUid"))
      .from(tasks)
      .where(lt(tasks.finishedAt, param("before")))
      .orderBy(asc(tasks.finishedAt), asc(tasks.uid))
      .limit(param("limit")),
  );

  const existing = (uid: number): TaskRow => {
    const row = rows.get(uid);
    if (row === null) throw notFound("tasks", uid);
    return row;
  };

  const ofIndexBelow = sql.raw(
    build
      .select(pick(tasks, "uid", "status", "type", "indexUid"))
      .from(tasks)
      .where(and(eq(tasks.indexUid, param("from")), lt(tasks.uid, param("below"))))
      .orderBy(asc(tasks.uid))
      .limit(param("limit")),
  );
  const setIndex = createUpdate(context, tasksKeyspace, "indexUid");

  /** One write for each kind of tasks there is, not for each task. */
  const addToCounts = (kinds: readonly TaskKind[], each: number): void => {
    const sums = new Map<string, { kind: TaskKind; by: number }>();
    for (const kind of kinds) {
      const key = JSON.stringify([kind.status, kind.type, kind.indexUid]);
      sums.set(key, { kind, by: (sums.get(key)?.by ?? 0) + each });
    }
    for (const { kind, by } of sums.values()) counts.add(kind, by);
  };
  const deleteAll = (doomed: readonly Pick<RawTask, "uid" | "status" | "type" | "indexUid">[]): number => {
    for (const { uid } of doomed) rows.delete(uid);
    addToCounts(doomed, -1);
    return doomed.length;
  };

  return {
    create(task) {
      const uid = nextUid();
      if (uid > MAX_UID) {
        throw new StoreError("capacity_exceeded", "all task uids have been given out", { table: "tasks", key: [] });
      }
      const row = newTaskRow(uid, task, clock.now());
      rows.insert(row);
      counts.add(row, 1);
      return row;
    },
    get: (uid) => rows.get(uid),
    updateNodeTasks(uid, news) {
      const row = existing(uid);
      const updated = { ...row, nodeTasks: mergeNodeTasks(row.nodeTasks, news), updatedAt: clock.now() };
      setNodeTasks(updated);
      return updated;
    },
    transition(uid, transition) {
      const row = existing(uid);
      const moved = transitionedRow(row, transition, clock.now());
      if (moved === null) throw illegalTransition("tasks", `${row.status} cannot become ${transition.status}`, uid);
      if (moved === row) return row;
      move(moved);
      if (moved.status !== row.status) {
        counts.add(row, -1);
        counts.add(moved, 1);
      }
      return moved;
    },
    renameIndex(from, to, { below, limit }) {
      if (from === to) return 0;
      const before = ofIndexBelow.all({ from, below, limit });
      const after = before.map((task) => ({ ...task, indexUid: to }));
      // Only the uid and the column written are looked at.
      for (const task of after) setIndex(task as TaskRow);
      addToCounts(before, -1);
      addToCounts(after, 1);
      return after.length;
    },
    list: (filter, { from, limit = DEFAULT_LIMIT, reverse = false }) =>
      context.snapshot(() => {
        const found = search.find(filter, from, limit + 1, reverse);
        const items = sql.readable(tasksKeyspace, found.slice(0, limit));
        return { items, total: search.count(filter), next: found[limit]?.uid ?? null };
      }),
    countByStatus: () => counts.byStatus(),
    listUnfinished(page) {
      const limit = pageLimit(page);
      const after = numberCursor(page);
      return context.snapshot(() => {
        const found = search.find({ statuses: UNFINISHED_STATUSES }, after + 1, limit + 1, true);
        const last = found.length > limit ? found[limit - 1] : undefined;
        const next = last === undefined ? null : encodeCursor([last.uid]);
        return { items: sql.readable(tasksKeyspace, found.slice(0, limit)), next };
      });
    },
    deleteFinished(filter, limit) {
      const wanted = filter.statuses ?? FINISHED_STATUSES;
      const statuses = FINISHED_STATUSES.filter((status) => wanted.includes(status));
      return deleteAll(search.find({ ...filter, statuses }, undefined, limit, true));
    },
    pruneFinished: (before, limit) => deleteAll(finishedBefore.all({ before, limit })),
  };
}
