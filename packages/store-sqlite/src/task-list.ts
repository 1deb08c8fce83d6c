import { type TaskRow, tasks, tasksKeyspace } from "@miroir/schema";
import type { TaskFilter } from "@miroir/store-contract";
import { and, asc, count, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { columnsOf, type RawRow } from "./codec.ts";
import type { Context } from "./context.ts";
import { build, inList, param, type Statement } from "./statements.ts";
import type { TaskCounts } from "./task-counts.ts";

/** A task as stored, in the filter's order; its JSON is still text. */
export type RawTask = RawRow & Pick<TaskRow, "uid" | "status" | "type" | "indexUid">;

export interface TaskSearch {
  /** At most `limit` matching tasks, newest first (oldest first when `reverse`), beginning with uid `from`. */
  find(filter: TaskFilter, from: number | undefined, limit: number, reverse: boolean): RawTask[];
  count(filter: TaskFilter): number;
}

type FilterName = keyof TaskFilter & string;

/** Lists: a value equals one of them. */
const LISTS = {
  uids: tasks.uid,
  canceledBy: tasks.canceledBy,
  statuses: tasks.status,
  types: tasks.type,
  indexUids: tasks.indexUid,
} as const;
type ListName = keyof typeof LISTS;
const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** Bounds, both exclusive; a task without the time matches neither. */
const BOUNDS = {
  beforeEnqueuedAt: { column: tasks.enqueuedAt, sign: sql.raw("<") },
  afterEnqueuedAt: { column: tasks.enqueuedAt, sign: sql.raw(">") },
  beforeStartedAt: { column: tasks.startedAt, sign: sql.raw("<") },
  afterStartedAt: { column: tasks.startedAt, sign: sql.raw(">") },
  beforeFinishedAt: { column: tasks.finishedAt, sign: sql.raw("<") },
  afterFinishedAt: { column: tasks.finishedAt, sign: sql.raw(">") },
} as const;

/** The filters whose matches `task_counts` knows. */
const COUNTED: readonly FilterName[] = ["statuses", "types", "indexUids"];

/** One condition; `+` keeps its index out of the plan where another filter leads. */
function condition(name: FilterName, plus: SQL): SQL {
  if (name in BOUNDS) {
    const { column, sign } = BOUNDS[name as keyof typeof BOUNDS];
    return sql`${plus}${column} ${sign} ${param(name)}`;
  }
  return inList(sql`${plus}${LISTS[name as ListName]}`, name);
}

const namesOf = (filter: TaskFilter): FilterName[] =>
  (Object.keys(filter) as FilterName[]).filter((name) => filter[name] !== undefined).sort();

const valuesOf = (filter: TaskFilter): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(filter).map(([name, value]) => [name, Array.isArray(value) ? JSON.stringify(value) : value]),
  );

const matchesNothing = (filter: TaskFilter): boolean => LIST_NAMES.some((name) => filter[name]?.length === 0);

/**
 * Filtered lists that cost by the page. One of the filters leads: for each of its values, an index gives the matching tasks in order,
 * so that a page ends after `limit` of them; the pages of the values are then merged. An `IN` over the index instead would sort all
 * matches of all values first. Of the filters by status, type and index the one with the fewest matches leads.
 */
export function createTaskSearch({ sql: statements }: Context, counts: TaskCounts): TaskSearch {
  const cache = new Map<string, Statement<unknown>>();
  const cached = (shape: string, make: () => Statement<unknown>): Statement<unknown> => {
    const statement = cache.get(shape) ?? make();
    cache.set(shape, statement);
    return statement;
  };

  const pageOf = (names: readonly FilterName[], lead: ListName | null, reverse: boolean) =>
    cached(`${names.join()}|${lead}|${reverse}`, () => {
      // Without a leading list, bounds may use their own indexes.
      const plus = sql.raw(lead === null ? "" : "+");
      const others = names.filter((name) => name !== lead).map((name) => condition(name, plus));
      const led = lead === null ? undefined : eq(LISTS[lead], param("lead"));
      const from = reverse ? gte(tasks.uid, param("from")) : lte(tasks.uid, param("from"));
      return statements.raw(
        build
          .select(columnsOf(tasks))
          .from(tasksKeyspace.table)
          .where(and(led, from, ...others))
          .orderBy(reverse ? asc(tasks.uid) : desc(tasks.uid))
          .limit(param("limit")),
      );
    });

  const leadOf = (filter: TaskFilter): ListName | null => {
    const present = LIST_NAMES.filter((name) => filter[name] !== undefined);
    const first = present[0] ?? null;
    if (present.length < 2 || first === "uids" || first === "canceledBy") return first;
    const matches = present.map((name) => ({ name, n: counts.total({ [name]: filter[name] }) }));
    return matches.reduce((a, b) => (b.n < a.n ? b : a)).name;
  };

  const countOf = (filter: TaskFilter): number => {
    if (matchesNothing(filter)) return 0;
    const names = namesOf(filter);
    if (names.every((name) => COUNTED.includes(name))) return counts.total(filter);
    const statement = cached(`${names.join()}|count`, () =>
      statements.raw(
        build
          .select({ n: count().as("n") })
          .from(tasks)
          .where(and(...names.map((name) => condition(name, sql.raw(""))))),
      ),
    );
    return (statement.first(valuesOf(filter)) as { n: number }).n;
  };

  return {
    count: countOf,
    find(filter, start, limit, reverse) {
      const from = start ?? (reverse ? 0 : Number.MAX_SAFE_INTEGER);
      if (matchesNothing(filter)) return [];
      const names = namesOf(filter);
      const lead = leadOf(filter);
      const statement = pageOf(names, lead, reverse) as Statement<RawTask>;
      const values = { ...valuesOf(filter), limit };
      if (lead === null) return statement.all({ ...values, from });
      let found: RawTask[] = [];
      for (const value of new Set<unknown>(filter[lead])) {
        found.push(...statement.all({ ...values, from, lead: value }));
        if (found.length >= 2 * limit) found = firstOf(found, limit, reverse);
      }
      return firstOf(found, limit, reverse);
    },
  };
}

const firstOf = (found: RawTask[], limit: number, reverse: boolean): RawTask[] =>
  found.sort((a, b) => (reverse ? a.uid - b.uid : b.uid - a.uid)).slice(0, limit);
