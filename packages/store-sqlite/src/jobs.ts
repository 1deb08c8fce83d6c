import { randomUUID } from "node:crypto";
import { type JobRow, jobs, jobsKeyspace } from "@miroir/schema";
import {
  type ClaimedJob,
  type CompletionOutcome,
  canceledJobRow,
  claimedJobRow,
  completedJobRow,
  failedJobRow,
  hasEndedClaim,
  heartbeatRow,
  holdsClaim,
  isJobFinished,
  isSameJob,
  type JobCompletion,
  type Jobs,
  type NewJob,
  type NextClaim,
  newJobRow,
  requeuedJobRow,
} from "@miroir/store-contract";
import { and, asc, eq, gt, lt, lte, sql } from "drizzle-orm";
import { columnsOf, pick, type RawRow } from "./codec.ts";
import { alreadyExists, type Context, illegalTransition, notFound, notHolder, type Sync } from "./context.ts";
import { createCounter, createSeries } from "./counters.ts";
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
      .limit(param("limit"))
      .offset(param("skip")),
  );
  const completeClaimed = statements.raw(
    build
      .update(jobs)
      .set({
        ...{ state: "completed", result: param("result"), error: null },
        ...{ claimedBy: null, claimExpiresAt: null, claimLeaseMs: null },
        ...{ updatedAt: param("now"), finishedAt: param("now") },
      } as never)
      .where(
        and(
          eq(jobs.id, param("id")),
          eq(jobs.claimToken, param("token")),
          sql`${jobs.state} = 'in_progress'`,
          gt(jobs.claimExpiresAt, param("now")),
        ),
      ),
  );
  const claimOf = statements.raw(
    build
      .select(pick(jobs, "state", "claimToken"))
      .from(jobs)
      .where(eq(jobs.id, param("id"))),
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

  /** The first due jobs of a type that can be read: those that cannot must not hold up the ones behind them. */
  const dueOf = (type: string, now: number, limit: number): JobRow[] => {
    const found: JobRow[] = [];
    for (let skip = 0; found.length < limit; skip += limit) {
      const raws = due.all({ type, now, limit, skip });
      found.push(...statements.readable(jobsKeyspace, raws as RawRow[]));
      if (raws.length < limit) break;
    }
    return found.slice(0, limit);
  };
  const existing = (id: string): JobRow => {
    const job = rows.get(id);
    if (job === null) throw notFound(TABLE, id);
    return job;
  };
  const checkClaim = (job: JobRow, token: string, now: number): void => {
    if (!holdsClaim(job, token, now)) throw notHolder(TABLE, "the claim has ended or is another's", job.id);
  };

  const claimMany = ({ worker, types, leaseMs }: NextClaim, limit: number): ClaimedJob[] => {
    const now = clock.now();
    const distinct = [...new Set(types)];
    const found = distinct.flatMap((type) => dueOf(type, now, limit));
    if (distinct.length > 1) found.sort((a, b) => a.runAt - b.runAt || a.seq - b.seq);
    return found.slice(0, limit).map((job) => {
      const claimed = claimedJobRow(job, worker, randomUUID(), leaseMs, now);
      setClaimed(claimed);
      return claimed as ClaimedJob;
    });
  };
  const claim: Sync<Jobs>["claim"] = (worker, types, leaseMs) => claimMany({ worker, types, leaseMs }, 1)[0] ?? null;
  const enqueueMany: Sync<Jobs>["enqueueMany"] = (many) => {
    const now = clock.now();
    const numbers = createSeries(nextSeq);
    const rowOf = (job: NewJob): JobRow | null => {
      const same = job.id === undefined ? null : rows.get(job.id);
      if (same !== null) return isSameJob(same, job) ? same : null;
      const twin = job.dedupeKey === undefined ? null : withDedupeKey.one({ dedupeKey: job.dedupeKey });
      if (twin !== null) return twin;
      const row = newJobRow(job, job.id ?? randomUUID(), numbers.next(), now);
      rows.insert(row);
      return row;
    };
    const found = many.map(rowOf);
    numbers.end();
    return found;
  };
  /** Completes without reading what the job is about. */
  const outcomeOf = ({ id, token, result }: JobCompletion, now: number): CompletionOutcome => {
    if (completeClaimed.run({ id, token, result, now }) > 0) return "completed";
    const job = claimOf.first({ id });
    if (job === undefined) return "not_found";
    return hasEndedClaim(job as JobRow, token, "complete") ? "completed" : "not_holder";
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
      const [row] = enqueueMany([job]);
      if (!row) throw alreadyExists(TABLE, job.id ?? "");
      return row;
    },
    enqueueMany,
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
    completeAndClaimMany(completions, next, limit) {
      const now = clock.now();
      const outcomes = completions.map((completion) => outcomeOf(completion, now));
      return { completions: outcomes, claimed: claimMany(next, limit) };
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
