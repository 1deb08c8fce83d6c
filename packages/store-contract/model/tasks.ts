import { TASK_STATUSES, type TaskRow, type TaskStatus } from "@miroir/schema";
import { MAX_UID } from "../src/input.ts";
import { DEFAULT_LIMIT } from "../src/page.ts";
import { mergeNodeTasks, newTaskRow, transitionedRow } from "../src/rules/task-changes.ts";
import { matchesTask } from "../src/rules/task-filter.ts";
import { isFinished } from "../src/rules/task-status.ts";
import type { Tasks } from "../src/tables/tasks.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createTasks({ tables: { counters, tasks }, now, next }: Model): Sync<Tasks> {
  const existing = (uid: number, operation: string): TaskRow => {
    const row = tasks.get(uid);
    if (row === null) throw refuse("not_found", "tasks", operation, [uid], "no such task");
    return row;
  };
  const keep = (row: TaskRow): TaskRow => {
    tasks.set(row);
    return row;
  };
  const deleteAll = (rows: readonly TaskRow[]): number => {
    for (const row of rows) tasks.delete(row);
    return rows.length;
  };
  return {
    create(task) {
      if ((counters.get("tasks")?.next ?? 0) > MAX_UID) {
        throw refuse("capacity_exceeded", "tasks", "create", [], "every uid has been used");
      }
      return keep(newTaskRow(next("tasks"), task, now()));
    },
    get: (uid) => tasks.get(uid),
    updateNodeTasks(uid, news) {
      const row = existing(uid, "updateNodeTasks");
      return keep({ ...row, nodeTasks: mergeNodeTasks(row.nodeTasks, news), updatedAt: now() });
    },
    transition(uid, transition) {
      const row = existing(uid, "transition");
      const moved = transitionedRow(row, transition, now());
      if (moved !== null) return keep(moved);
      const why = `a task that is ${row.status} cannot become ${transition.status}`;
      throw refuse("illegal_transition", "tasks", "transition", [uid], why);
    },
    renameIndex(from, to, { below, limit }) {
      if (from === to) return 0;
      const renamed = tasks.all().filter((row) => row.indexUid === from && row.uid < below);
      for (const row of renamed.slice(0, limit)) keep({ ...row, indexUid: to });
      return Math.min(limit, renamed.length);
    },
    list(filter, { from, limit = DEFAULT_LIMIT, reverse = false }) {
      const matching = tasks.all().filter((row) => matchesTask(filter, row));
      if (!reverse) matching.reverse();
      const rest = matching.filter((row) => from === undefined || (reverse ? row.uid >= from : row.uid <= from));
      return { items: rest.slice(0, limit), total: matching.length, next: rest[limit]?.uid ?? null };
    },
    countByStatus() {
      const count = (status: TaskStatus) => tasks.all().filter((row) => row.status === status).length;
      return Object.fromEntries(TASK_STATUSES.map((status) => [status, count(status)])) as Record<TaskStatus, number>;
    },
    listUnfinished(page) {
      const unfinished = tasks.all().filter((row) => !isFinished(row.status));
      return pageOf(unfinished, page, ["number"], (row) => [row.uid]);
    },
    deleteFinished: (filter, limit) =>
      deleteAll(
        tasks
          .all()
          .filter((row) => isFinished(row.status) && matchesTask(filter, row))
          .slice(0, limit),
      ),
    pruneFinished: (before, limit) =>
      deleteAll(
        tasks
          .all()
          .filter((row) => row.finishedAt !== null && row.finishedAt < before)
          .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
          .slice(0, limit),
      ),
  };
}
