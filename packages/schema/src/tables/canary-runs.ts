import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import { CANARY_STATUSES, type CanaryAssertion } from "../shapes/canary.ts";

/** What came of each canary's last runs. */
export const canaryRuns = sqliteTable(
  "canary_runs",
  {
    canaryId: text("canary_id").notNull(),
    /** Chosen by the runner, so that a run recorded twice is one run. */
    runId: text("run_id").notNull(),
    /** Grows with every run: the order of runs of the same millisecond. */
    seq: integer("seq").notNull(),
    ranAt: integer("ran_at").notNull(),
    status: text("status", { enum: CANARY_STATUSES }).notNull(),
    latencyMs: integer("latency_ms").notNull(),
    /** `null` when it passed. */
    failedAssertions: text("failed_assertions_json", { mode: "json" }).$type<CanaryAssertion[]>(),
  },
  (t) => [primaryKey({ columns: [t.canaryId, t.runId] }), index("canary_runs_newest").on(t.canaryId, t.seq)],
);

export type CanaryRunRow = typeof canaryRuns.$inferSelect;

export const canaryRunsKeyspace = keyspace(canaryRuns, { key: ["canaryId", "runId"], sortedBy: "seq" });
