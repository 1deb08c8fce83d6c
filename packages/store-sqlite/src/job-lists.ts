import { JOB_STATES, type JobState, jobs, jobsKeyspace } from "@miroir/schema";
import { type JobFilter, type Jobs, pageLimit } from "@miroir/store-contract";
import { and, asc, count, eq, gt, type SQL, sql } from "drizzle-orm";
import { columnsOf, pick } from "./codec.ts";
import type { Context, Sync } from "./context.ts";
import { numberCursor } from "./cursors.ts";
import { createTotal } from "./rows.ts";
import { build, param, type RowStatement } from "./statements.ts";

/** The filters, the most selective first: the first one given leads, through its index. */
const FILTERS = { parentId: jobs.parentId, type: jobs.type, state: jobs.state } as const;
type FilterName = keyof typeof FILTERS;

/** What is asked of the queue without changing it. */
export function createJobLists(context: Context): Pick<Sync<Jobs>, "list" | "counts"> {
  const { clock, sql: statements, snapshot } = context;
  const listOf = (names: readonly FilterName[]): RowStatement<typeof jobs.$inferSelect> => {
    // `+` keeps the indexes of all but the leading filter out of the plan.
    const conditions = names.map((name, i): SQL => {
      return i === 0 ? eq(FILTERS[name], param(name)) : sql`+${FILTERS[name]} = ${param(name)}`;
    });
    return statements.rows(
      jobsKeyspace,
      build
        .select(columnsOf(jobs))
        .from(jobs)
        .where(and(...conditions, gt(jobs.seq, param("after"))))
        .orderBy(asc(jobs.seq))
        .limit(param("limit")),
    );
  };
  const given = (filter: JobFilter): FilterName[] =>
    (Object.keys(FILTERS) as FilterName[]).filter((name) => filter[name] !== undefined);
  const lists = new Map<string, ReturnType<typeof listOf>>();

  // Jobs that are done pile up, and only a count of the whole table walks no entries: theirs is what is left of it.
  const total = createTotal(context, jobs);
  const byOtherState = statements.raw(
    build
      .select({ ...pick(jobs, "state"), n: count().as("n") })
      .from(jobs)
      .where(sql`${jobs.state} in ('queued', 'in_progress', 'failed', 'canceled')`)
      .groupBy(jobs.state),
  );
  /** The next type after a name: types are walked one index seek each, not job by job. */
  const nextType = statements.raw(
    build
      .select({ type: sql<string | null>`min(${jobs.type})`.as("type") })
      .from(jobs)
      .where(and(sql`${jobs.state} = 'queued'`, gt(jobs.type, param("after")))),
  );
  const oldest = statements.raw(
    build
      .select({ runAt: sql<number | null>`min(${jobs.runAt})`.as("runAt") })
      .from(jobs)
      .where(and(sql`${jobs.state} = 'queued'`, eq(jobs.type, param("type")))),
  );
  const oldestRunAt = (): number | null => {
    let first: number | null = null;
    for (let type = nextType.first({ after: "" })?.type; type != null; type = nextType.first({ after: type })?.type) {
      const runAt = oldest.first({ type })?.runAt ?? null;
      if (runAt !== null && (first === null || runAt < first)) first = runAt;
    }
    return first;
  };

  return {
    list(filter, page) {
      const names = given(filter);
      const shape = names.join();
      const list = lists.get(shape) ?? listOf(names);
      lists.set(shape, list);
      return list.page({ ...filter, after: numberCursor(page) }, pageLimit(page), ["seq"]);
    },
    counts: () =>
      snapshot(() => {
        const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>;
        counts.completed = total();
        for (const { state, n } of byOtherState.all({})) {
          counts[state] = n;
          counts.completed -= n;
        }
        const runAt = oldestRunAt();
        const now = clock.now();
        return { byState: counts, oldestDueAgeMs: runAt === null || runAt > now ? null : now - runAt };
      }),
  };
}
