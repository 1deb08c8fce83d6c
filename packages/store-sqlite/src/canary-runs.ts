import { canaries, canaryRuns, canaryRunsKeyspace } from "@miroir/schema";
import { type CanaryRuns, pageLimit } from "@miroir/store-contract";
import { and, asc, desc, eq, gt, lt, lte, sql } from "drizzle-orm";
import { columnsOf, pick } from "./codec.ts";
import { type Context, notFound, type Sync } from "./context.ts";
import { createCounter } from "./counters.ts";
import { nameCursor, numberCursor } from "./cursors.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createCanaryRuns(context: Context): Sync<CanaryRuns> {
  const { clock, sql: statements } = context;
  const rows = createRows(context, canaryRunsKeyspace);
  const nextSeq = createCounter(context, "canary_runs");
  const canary = statements.raw(
    build
      .select(pick(canaries, "id"))
      .from(canaries)
      .where(eq(canaries.id, param("id"))),
  );
  const ofCanary = eq(canaryRuns.canaryId, param("canaryId"));
  /** The newest of those that are one too many. */
  const surplus = statements.raw(
    build
      .select(pick(canaryRuns, "seq"))
      .from(canaryRuns)
      .where(ofCanary)
      .orderBy(desc(canaryRuns.seq))
      .limit(1)
      .offset(param("keep")),
  );
  const dropUpTo = statements.raw(build.delete(canaryRuns).where(and(ofCanary, lte(canaryRuns.seq, param("seq")))));
  const newest = statements.rows(
    canaryRunsKeyspace,
    build
      .select(columnsOf(canaryRuns))
      .from(canaryRuns)
      .where(and(ofCanary, lt(canaryRuns.seq, param("before"))))
      .orderBy(desc(canaryRuns.seq))
      .limit(param("limit")),
  );
  // Canary by canary: one seek each for its newest run, however many it has.
  const latest = statements.rows(
    canaryRunsKeyspace,
    build
      .select(columnsOf(canaryRuns))
      .from(canaries)
      .innerJoin(
        canaryRuns,
        and(
          eq(canaryRuns.canaryId, canaries.id),
          eq(canaryRuns.seq, sql`(select max(r.seq) from ${canaryRuns} r where r.canary_id = ${canaries.id})`),
        ),
      )
      .where(gt(canaries.id, param("after")))
      .orderBy(asc(canaries.id))
      .limit(param("limit")),
  );

  return {
    record(run, keep) {
      if (canary.first({ id: run.canaryId }) === undefined) throw notFound("canary_runs", run.canaryId, run.runId);
      const before = rows.get(run.canaryId, run.runId);
      if (before !== null) return before;
      const failedAssertions = run.failedAssertions === null ? null : [...run.failedAssertions];
      const row = { ...run, failedAssertions, seq: nextSeq(), ranAt: clock.now() };
      rows.insert(row);
      const oldest = surplus.first({ canaryId: run.canaryId, keep });
      if (oldest !== undefined) dropUpTo.run({ canaryId: run.canaryId, seq: oldest.seq });
      return row;
    },
    list: (canaryId, page) => {
      const before = page.cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor(page);
      return newest.page({ canaryId, before }, pageLimit(page), ["seq"]);
    },
    latest: (page) => latest.page({ after: nameCursor(page) }, pageLimit(page), ["canaryId"]),
  };
}
