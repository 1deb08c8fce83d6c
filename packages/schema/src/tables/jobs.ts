import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import { JOB_STATES } from "../shapes/job.ts";
import type { JsonObject, JsonValue } from "../shapes/json.ts";
import type { TaskError } from "../shapes/task.ts";

/** Long background work, claimed by one worker at a time. */
export const jobs = sqliteTable(
  "jobs",
  {
    id: text("id").primaryKey(),
    /** Grows with every job: first come, first served among those due at the same time. */
    seq: integer("seq").notNull(),
    type: text("type").notNull(),
    params: text("params", { mode: "json" }).$type<JsonObject>().notNull(),
    state: text("state", { enum: JOB_STATES }).notNull(),
    /** At most one unfinished job has it. */
    dedupeKey: text("dedupe_key"),
    parentId: text("parent_id"),
    runAt: integer("run_at").notNull(),
    /** How often it has been claimed. */
    attempts: integer("attempts").notNull(),
    maxAttempts: integer("max_attempts").notNull(),
    claimedBy: text("claimed_by"),
    /** The right to write this job, new with every claim. */
    claimToken: text("claim_token"),
    claimExpiresAt: integer("claim_expires_at"),
    /** How long a heartbeat extends the claim. */
    claimLeaseMs: integer("claim_lease_ms"),
    progress: text("progress", { mode: "json" }).$type<JsonObject>(),
    result: text("result", { mode: "json" }).$type<JsonValue>(),
    error: text("error", { mode: "json" }).$type<TaskError>(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    // Partial where they can be: each index that a step of a job's life changes is a page more to write in its commit.
    // The state leads it nonetheless: the planner would find types through jobs_by_state, job by job.
    index("jobs_by_due").on(t.state, t.type, t.runAt, t.seq).where(sql`state = 'queued'`),
    index("jobs_by_claim_expiry").on(t.claimExpiresAt).where(sql`claim_expires_at IS NOT NULL`),
    index("jobs_by_state").on(t.state, t.seq),
    index("jobs_by_type").on(t.type, t.seq),
    index("jobs_by_parent").on(t.parentId, t.seq).where(sql`parent_id IS NOT NULL`),
    index("jobs_by_finished_at").on(t.finishedAt).where(sql`finished_at IS NOT NULL`),
    uniqueIndex("jobs_by_seq").on(t.seq),
    uniqueIndex("jobs_by_dedupe_key")
      .on(t.dedupeKey)
      .where(sql`dedupe_key IS NOT NULL AND state IN ('queued', 'in_progress')`),
  ],
);

export type JobRow = typeof jobs.$inferSelect;

/** A claim's deadline returns the job to the queue; the row itself does not expire. */
export const jobsKeyspace = keyspace(jobs, { key: ["id"], sortedBy: "seq" });
