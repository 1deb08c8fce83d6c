import { isExactPattern, matchesIndex } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import type { Store, TaskFilter } from "@miroir/store-contract";
import type { Access } from "../access/access.ts";

type Tasks = Pick<Store["tasks"], "list">;

export interface TaskPaging {
  /** The uid of the first task wanted. */
  readonly from: number | undefined;
  readonly limit: number;
  readonly reverse: boolean;
}

export interface TaskList {
  readonly rows: readonly TaskRow[];
  /** How many there are on all pages. */
  readonly total: number;
  readonly next: number | null;
}

/** Of the store's lists. */
const PAGE = 1_000;

/** A page of the tasks that the caller may see, however long. */
export function listTasks(
  tasks: Tasks,
  filter: TaskFilter,
  paging: TaskPaging,
  { indexPatterns }: Pick<Access, "indexPatterns">,
): Promise<TaskList> {
  if (indexPatterns === null) return listPage(tasks, filter, paging);
  const matches = (uid: string) => indexPatterns.some((pattern) => matchesIndex(pattern, uid));
  const named = filter.indexUids?.filter(matches);
  const indexUids = named ?? (indexPatterns.every(isExactPattern) ? indexPatterns : undefined);
  if (indexUids) return listPage(tasks, { ...filter, indexUids }, paging);
  return listMatching(tasks, filter, paging, matches);
}

async function listPage(tasks: Tasks, filter: TaskFilter, { from, limit, reverse }: TaskPaging): Promise<TaskList> {
  const rows: TaskRow[] = [];
  let position = from;
  for (;;) {
    const page = await tasks.list(filter, { from: position, limit: Math.min(PAGE, limit - rows.length), reverse });
    rows.push(...page.items);
    if (rows.length >= limit || page.next === null) return { rows, total: page.total, next: page.next };
    position = page.next;
  }
}

/** Patterns also match indexes that are gone, which nothing but their tasks remembers: so all of these are looked at. */
async function listMatching(
  tasks: Tasks,
  filter: TaskFilter,
  { from, limit, reverse }: TaskPaging,
  matches: (indexUid: string) => boolean,
): Promise<TaskList> {
  const rows: TaskRow[] = [];
  const isReached = (uid: number) => from === undefined || (reverse ? uid >= from : uid <= from);
  let [total, next]: [number, number | null] = [0, null];
  let position: number | undefined;
  do {
    const page = await tasks.list(filter, { from: position, limit: PAGE, reverse });
    for (const row of page.items) {
      if (row.indexUid === null || !matches(row.indexUid)) continue;
      total++;
      if (!isReached(row.uid)) continue;
      if (rows.length < limit) rows.push(row);
      else next ??= row.uid;
    }
    position = page.next ?? undefined;
  } while (position !== undefined);
  return { rows, total, next };
}
