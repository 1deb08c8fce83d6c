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
import { asc, lt } from "drizzle-orm";
import { pick } from "./codec.ts";
import { type Context, illegalTransition, notFound, type Sync } from "./context.ts";
import { createCounter } from "./counters.ts";
import { numberCursor } from "./cursors.ts";
import { createRows, createUpdate } from "./rows.ts";
import { build, param } from "./statements.ts";
import { createTaskCounts } from "./task-counts.ts";
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

  const deleteAll = (doomed: readonly Pick<RawTask, "uid" | "status" | "type" | "indexUid">[]): number => {
    const fewer = new Map<string, { kind: (typeof doomed)[number]; by: number }>();
    for (const task of doomed) {
      rows.delete(task.uid);
      const kind = JSON.stringify([task.status, task.type, task.indexUid]);
      fewer.set(kind, { kind: task, by: (fewer.get(kind)?.by ?? 0) - 1 });
    }
    for (const { kind, by } of fewer.values()) counts.add(kind, by);
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
