import type { TaskRow } from "@miroir/schema";
import { DEFAULT_LIMIT, type TaskFilter, type TaskList, type TaskListRequest } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { collect, type Found, readable } from "./pages.ts";
import type { Rows } from "./rows.ts";
import { type TaskQuery, taskQuery } from "./task-filter.ts";

const NOTHING: TaskList = { items: [], total: 0, next: null };
const keyOf = (uid: string) => [Number(uid)];

const page = (found: readonly TaskRow[], limit: number, total: number): TaskList => ({
  items: found.slice(0, limit),
  total,
  next: found[limit]?.uid ?? null,
});

/** @param counts the hashes that keep how many tasks there are of each kind */
export function createTaskList(context: Context, rows: Rows<TaskRow>, counts: readonly string[]) {
  const table = rows.name;

  /** Filters that name uids: at most a thousand rows, read by their keys. */
  async function listUids(query: TaskQuery, uids: readonly number[], request: TaskListRequest): Promise<TaskList> {
    const { from, limit = DEFAULT_LIMIT, reverse = false } = request;
    const keys = uids.map((uid) => rows.key(uid));
    const args = [JSON.stringify(query.conditions)];
    const { values } = await context.read({ script: "get-matching", table, keys, args });
    const found = readable(context, rows, values, (place) => [uids[Number(place) - 1] ?? 0]).map(({ row }) => row);
    if (!reverse) found.reverse();
    const rest = found.filter(({ uid }) => from === undefined || (reverse ? uid >= from : uid <= from));
    return page(rest, limit, found.length);
  }

  /** How many match what no kept count tells, step by step: no script runs long, and tasks may change between two steps. */
  async function countMatching({ conditions, sets, families }: TaskQuery): Promise<number> {
    let [total, from] = [0, ""];
    do {
      const args = [from, JSON.stringify(conditions), JSON.stringify(families)];
      const { values } = await context.read({ script: "count-matching", table, keys: [rows.index(), ...sets], args });
      total += Number(values[0]);
      from = String(values[1]);
    } while (from !== "");
    return total;
  }

  return async function list(filter: TaskFilter, request: TaskListRequest): Promise<TaskList> {
    const { from, limit = DEFAULT_LIMIT, reverse = false } = request;
    const query = taskQuery(filter, rows);
    if (query === null) return NOTHING;
    if (query.uids !== null) return listUids(query, query.uids, request);
    const counted = query.counted === null ? "" : JSON.stringify(query.counted);
    let total: number | null = null;
    const found: Found<TaskRow>[] = await collect(
      limit,
      from === undefined ? "" : String(from),
      async (start, wanted) => {
        const args = [
          start,
          reverse ? "up" : "down",
          wanted,
          JSON.stringify(query.conditions),
          JSON.stringify(query.families),
        ];
        const keys = [rows.index(), ...counts, ...query.sets];
        const { values } = await context.read({ script: "list-tasks", table, keys, args: [...args, counted] });
        if (total === null && counted !== "") total = Number(values[0]);
        const next = String(values[1]);
        return { found: readable(context, rows, values.slice(2), keyOf), next: next === "" ? null : next };
      },
    );
    const rowsFound = found.map(({ row }) => row);
    return page(rowsFound, limit, total ?? (await countMatching(query)));
  };
}
