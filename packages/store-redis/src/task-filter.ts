import type { TaskFilter } from "@miroir/store-contract";
import type { Condition } from "./pages.ts";
import type { Rows } from "./rows.ts";

/** A task filter as scripts take it. */
export interface TaskQuery {
  readonly conditions: readonly Condition[];
  /** The sets of tasks by status, type, index and canceling task that the filter names, family by family. */
  readonly sets: readonly string[];
  readonly families: readonly number[];
  /** The values by column where the counts that are kept tell how many match; else `null`. */
  readonly counted: Readonly<Record<string, readonly string[]>> | null;
  /** The uids asked for, lowest first: the rows are then read by their keys. */
  readonly uids: readonly number[] | null;
}

const LISTS = [
  { property: "statuses", column: "status", index: "by_status", counted: "status" },
  { property: "types", column: "type", index: "by_type", counted: "type" },
  { property: "indexUids", column: "index_uid", index: "by_index_uid", counted: "index" },
  { property: "canceledBy", column: "canceled_by", index: "by_canceled_by", counted: null },
] as const;

const TIMES = [
  ["afterEnqueuedAt", "enqueued_at", "above"],
  ["beforeEnqueuedAt", "enqueued_at", "below"],
  ["afterStartedAt", "started_at", "above"],
  ["beforeStartedAt", "started_at", "below"],
  ["afterFinishedAt", "finished_at", "above"],
  ["beforeFinishedAt", "finished_at", "below"],
] as const;

/** @returns `null` for a filter that nothing can match. */
export function taskQuery(filter: TaskFilter, { index }: Pick<Rows<unknown>, "index">): TaskQuery | null {
  const lists = LISTS.flatMap((list) => {
    const values = filter[list.property];
    return values === undefined ? [] : [{ ...list, values: [...new Set(values.map(String))] }];
  });
  const uids = filter.uids === undefined ? null : [...new Set(filter.uids)].sort((a, b) => a - b);
  if (uids?.length === 0 || lists.some(({ values }) => values.length === 0)) return null;
  const times = TIMES.flatMap(([property, column, operator]): Condition[] => {
    const bound = filter[property];
    return bound === undefined ? [] : [[column, operator, bound]];
  });
  const isCounted = uids === null && times.length === 0 && lists.every(({ counted }) => counted !== null);
  // The set that is searched says all there is to say of its own column.
  const needsConditions = times.length > 0 || uids !== null || lists.length > 1;
  return {
    conditions: needsConditions
      ? [...times, ...lists.map(({ column, values }): Condition => [column, "in", values])]
      : [],
    sets: lists.flatMap((list) => list.values.map((value) => index(list.index, value))),
    families: lists.map(({ values }) => values.length),
    counted: isCounted ? Object.fromEntries(lists.map(({ counted, values }) => [counted, values])) : null,
    uids,
  };
}
