import type { TaskRow } from "@miroir/schema";
import type { Store, TaskFilter } from "@miroir/store-contract";

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

/** A page, however long, of the tasks that match one of the filters, of which no task matches two. */
export async function listTasks(tasks: Tasks, filters: readonly TaskFilter[], paging: TaskPaging): Promise<TaskList> {
  const lists = await Promise.all(filters.map((filter) => listPage(tasks, filter, paging)));
  if (lists.length === 1 && lists[0]) return lists[0];
  const direction = paging.reverse ? 1 : -1;
  const rows = lists.flatMap((list) => list.rows).sort((a, b) => direction * (a.uid - b.uid));
  const following = [...rows.slice(paging.limit).map(({ uid }) => uid), ...lists.flatMap(({ next }) => next ?? [])];
  return {
    rows: rows.slice(0, paging.limit),
    total: lists.reduce((sum, { total }) => sum + total, 0),
    next: following.sort((a, b) => direction * (a - b))[0] ?? null,
  };
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

/** How many tasks match one of the filters. */
export async function countTasks(tasks: Tasks, filters: readonly TaskFilter[]): Promise<number> {
  const lists = await Promise.all(filters.map((filter) => tasks.list(filter, { limit: 0 })));
  return lists.reduce((sum, { total }) => sum + total, 0);
}

/** All tasks that match, oldest first. What changes meanwhile is met once or not at all. */
export async function* eachTask(tasks: Tasks, filter: TaskFilter): AsyncGenerator<TaskRow> {
  let from: number | undefined;
  do {
    const page = await tasks.list(filter, { from, limit: PAGE, reverse: true });
    yield* page.items;
    from = page.next ?? undefined;
  } while (from !== undefined);
}
