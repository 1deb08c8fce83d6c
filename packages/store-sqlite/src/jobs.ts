import { randomUUID } from "node:crypto";
import { type JobRow, jobs, jobsKeyspace } from "@miroir/schema";
import {
  type ClaimedJob,
  canceledJobRow,
  claimedJobRow,
  completedJobRow,
  failedJobRow,
  hasEndedClaim,
  heartbeatRow,
  holdsClaim,
  isJobFinished,
  isSameJob,
  type Jobs,
  newJobRow,
  requeuedJobRow,
} from "@miroir/store-contract";
import { and, asc, eq, lt, lte, sql } from "drizzle-orm";
import { columnsOf, pick, type RawRow } from "./codec.ts";
import { alreadyExists, type Context, illegalTransition, notFound, notHolder, type Sync } from "./context.ts";
import { createCounter } from "./counters.ts";
import { createJobLists } from "./job-lists.ts";
import { createRows, createUpdate } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "jobs";
const CLAIM = ["claimedBy", "claimToken", "claimExpiresAt", "claimLeaseMs"] as const;

export function createJobs(context: Context): Sync<Jobs> {
  const { clock, sql: statements } = context;
  const rows = createRows(context, jobsKeyspace);
  const nextSeq = createCounter(context, "jobs");
  const withDedupeKey = statements.rows(
    jobsKeyspace,
    build
      .select(columnsOf(jobs))
      .from(jobs)
      // States are literal here and below: the planner uses a partial index only for a condition it can prove, which it cannot of parameters.
      .where(and(eq(jobs.dedupeKey, param("dedupeKey")), sql`${jobs.state} in ('queued', 'in_progress')`)),
  );
  const due = statements.raw(
    build
      .select(columnsOf(jobs))
      .from(jobs)
      .where(and(sql`${jobs.state} = 'queued'`, eq(jobs.type, param("type")), lte(jobs.runAt, param("now"))))
      .orderBy(asc(jobs.runAt), asc(jobs.seq))
      .limit(1)
      .offset(param("skip")),
  );
  const expired = statements.raw(
    build
      .select(pick(jobs, "id", "claimedBy", "attempts", "maxAttempts"))
      .from(jobs)
      .where(lte(jobs.claimExpiresAt, param("now")))
      // `+`: in the order of its index, all jobs would be walked to find those few.
      .orderBy(sql`+${jobs.seq}`)
      .limit(param("limit")),
  );
  const finishedBefore = build
    .select({ rowid: sql`rowid`.as("rowid") })
    .from(jobs)
    .where(lt(jobs.finishedAt, param("before")))
    .orderBy(asc(jobs.finishedAt), asc(jobs.seq))
    .limit(param("limit"));
  const prune = statements.raw(build.delete(jobs).where(sql`rowid in ${finishedBefore}`));

  const setClaimed = createUpdate(context, jobsKeyspace, "state", "attempts", ...CLAIM, "updatedAt");
  const setProgress = createUpdate(context, jobsKeyspace, "claimExpiresAt", "progress", "updatedAt");
  const setEnded = createUpdate(
    context,
    jobsKeyspace,
    "state",
    "runAt",
    "result",
    "error",
    ...CLAIM,
    "updatedAt",
    "finishedAt",
  );
  const setReleased = createUpdate(context, jobsKeyspace, "state", ...CLAIM, "updatedAt", "finishedAt");
  const setExpired = createUpdate(context, jobsKeyspace, "state", "error", ...CLAIM, "updatedAt", "finishedAt");

  /** The first due job of a type that can be read: one that cannot must not hold up those behind it. */
  const firstDue = (type: string, now: number): JobRow | null => {
    for (let skip = 0; ; skip++) {
      const raw = due.first({ type, now, skip });
      if (raw === undefined) return null;
      const job = statements.readable(jobsKeyspace, [raw as RawRow])[0];
      if (job !== undefined) return job;
    }
  };
  const existing = (id: string): JobRow => {
    const job = rows.get(id);
    if (job === null) throw notFound(TABLE, id);
    return job;
  };
  const checkClaim = (job: JobRow, token: string, now: number): void => {
    if (!holdsClaim(job, token, now)) throw notHolder(TABLE, "the claim has ended or is another's", job.id);
  };

  const claim: Sync<Jobs>["claim"] = (worker, types, leaseMs) => {
    const now = clock.now();
    const first = [...new Set(types)]
      .map((type) => firstDue(type, now))
      .reduce((a, b) => (a === null || (b !== null && isSooner(b, a)) ? b : a), null);
    if (first === null) return null;
    const claimed = claimedJobRow(first, worker, randomUUID(), leaseMs, now);
    setClaimed(claimed);
    return claimed as ClaimedJob;
  };
  const complete: Sync<Jobs>["complete"] = (id, token, result) => {
    const now = clock.now();
    const job = existing(id);
    if (hasEndedClaim(job, token, "complete")) return job;
    checkClaim(job, token, now);
    const completed = completedJobRow(job, result, now);
    setEnded(completed);
    return completed;
  };

  return {
    ...createJobLists(context),
    enqueue(job) {
      const same = job.id === undefined ? null : rows.get(job.id);
      if (same !== null) {
        if (isSameJob(same, job)) return same;
        throw alreadyExists(TABLE, same.id);
      }
      const twin = job.dedupeKey === undefined ? null : withDedupeKey.one({ dedupeKey: job.dedupeKey });
      if (twin !== null) return twin;
      const row = newJobRow(job, job.id ?? randomUUID(), nextSeq(), clock.now());
      rows.insert(row);
      return row;
    },
    claim,
    heartbeat(id, token, progress) {
      const now = clock.now();
      const job = existing(id);
      checkClaim(job, token, now);
      const extended = heartbeatRow(job, progress, now);
      setProgress(extended);
      return extended as ClaimedJob;
    },
    complete,
    completeAndClaim(id, token, result, next) {
      complete(id, token, result);
      return claim(next.worker, next.types, next.leaseMs);
    },
    fail(id, token, error, retryAt) {
      const now = clock.now();
      const job = existing(id);
      if (hasEndedClaim(job, token, "fail")) return job;
      checkClaim(job, token, now);
      const failed = failedJobRow(job, error, retryAt, now);
      setEnded(failed);
      return failed;
    },
    cancel(id) {
      const job = existing(id);
      if (job.state === "canceled") return job;
      if (isJobFinished(job.state)) throw illegalTransition(TABLE, `${job.state} cannot become canceled`, id);
      const canceled = canceledJobRow(job, clock.now());
      setReleased(canceled);
      return canceled;
    },
    requeueExpired(limit) {
      const now = clock.now();
      const overdue = expired.all({ now, limit });
      for (const part of overdue) {
        // Only what the rule reads is read: a job whose JSON is damaged is requeued like any other.
        const requeued = requeuedJobRow(part as JobRow, now);
        if (requeued.state === "failed") setExpired(requeued);
        else setReleased({ ...requeued, finishedAt: null });
      }
      return overdue.length;
    },
    get: (id) => rows.get(id),
    pruneFinished: (before, limit) => prune.run({ before, limit }),
  };
}

const isSooner = (a: JobRow, b: JobRow): boolean => a.runAt < b.runAt || (a.runAt === b.runAt && a.seq < b.seq);
