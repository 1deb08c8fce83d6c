import { isExactPattern, matchesIndex, type TaskFilters } from "@miroir/meilisearch";
import type { TaskStatus } from "@miroir/schema";
import type { TaskFilter } from "@miroir/store-contract";
import type { Access } from "../access/access.ts";
import type { KnownIndexes } from "./known-indexes.ts";

/** Of one filter of the store. */
const MOST_INDEXES = 1_000;

const STARTED = ["processing", "succeeded", "failed", "canceled"] as const satisfies readonly TaskStatus[];

/** `*` excludes nothing, so it is as good as absent. */
const unlessStar = <T>(value: T | "*" | undefined): T | undefined => (value === "*" ? undefined : value);

/** The values that are in both lists; an absent list excludes nothing. */
function both<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a && b ? a.filter((value) => b.includes(value)) : (a ?? b);
}

/**
 * The store's filter. A batch is one task of the same uid, so asking for batches is asking for tasks that have begun. A row may
 * name the task that is to cancel it before it is canceled, which no client sees.
 */
export function toStoreFilter(filters: TaskFilters): TaskFilter {
  const batchUids = unlessStar(filters.batchUids);
  const canceledBy = unlessStar(filters.canceledBy);
  const begun = both(unlessStar(filters.statuses), batchUids && STARTED);
  return {
    uids: both(unlessStar(filters.uids), batchUids),
    statuses: both(begun, canceledBy && (["canceled"] as const)),
    types: unlessStar(filters.types),
    indexUids: unlessStar(filters.indexUids),
    canceledBy,
    beforeEnqueuedAt: unlessStar(filters.beforeEnqueuedAt),
    afterEnqueuedAt: unlessStar(filters.afterEnqueuedAt),
    beforeStartedAt: unlessStar(filters.beforeStartedAt),
    afterStartedAt: unlessStar(filters.afterStartedAt),
    beforeFinishedAt: unlessStar(filters.beforeFinishedAt),
    afterFinishedAt: unlessStar(filters.afterFinishedAt),
  };
}

/** Of the tasks the filter asks for, those that are in a batch. */
export const begunOnly = (filter: TaskFilter): TaskFilter => ({ ...filter, statuses: both(filter.statuses, STARTED) });

/**
 * Filters that together ask for what `filter` asks for, as far as the caller may see it; no task matches two of them. Where
 * the caller sees only some indexes, the tasks of no index are left out.
 */
export async function visibleFilters(
  filter: TaskFilter,
  { indexPatterns }: Pick<Access, "indexPatterns">,
  known: KnownIndexes,
): Promise<TaskFilter[]> {
  if (indexPatterns === null) return [filter];
  const matches = (uid: string) => indexPatterns.some((pattern) => matchesIndex(pattern, uid));
  const candidates = filter.indexUids ?? (indexPatterns.every(isExactPattern) ? indexPatterns : await known.list());
  const indexUids = candidates.filter(matches);
  const filters: TaskFilter[] = [];
  for (let from = 0; from === 0 || from < indexUids.length; from += MOST_INDEXES)
    filters.push({ ...filter, indexUids: indexUids.slice(from, from + MOST_INDEXES) });
  return filters;
}
