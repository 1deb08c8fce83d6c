import type { TaskRow } from "@miroir/schema";
import type { TaskFilter } from "../tables/tasks.ts";

const among = <T>(values: readonly T[] | undefined, value: T | null): boolean =>
  values === undefined || (value !== null && values.includes(value));

const between = (value: number | null, after: number | undefined, before: number | undefined): boolean => {
  if (after === undefined && before === undefined) return true;
  return value !== null && (after === undefined || value > after) && (before === undefined || value < before);
};

/** Whether a task is one that the filter asks for: what every backend's query must agree with. */
export function matchesTask(filter: TaskFilter, task: TaskRow): boolean {
  return (
    among(filter.uids, task.uid) &&
    among(filter.statuses, task.status) &&
    among(filter.types, task.type) &&
    among(filter.indexUids, task.indexUid) &&
    among(filter.canceledBy, task.canceledBy) &&
    between(task.enqueuedAt, filter.afterEnqueuedAt, filter.beforeEnqueuedAt) &&
    between(task.startedAt, filter.afterStartedAt, filter.beforeStartedAt) &&
    between(task.finishedAt, filter.afterFinishedAt, filter.beforeFinishedAt)
  );
}
