import { isDeepStrictEqual } from "node:util";
import type { JobRow, JobState, JsonObject, JsonValue, TaskError } from "@miroir/schema";
import type { NewJob } from "../tables/jobs.ts";

export const UNFINISHED_JOB_STATES = ["queued", "in_progress"] as const satisfies readonly JobState[];
export const DEFAULT_MAX_ATTEMPTS = 3;

export const isJobFinished = (state: JobState): boolean => state !== "queued" && state !== "in_progress";

const NO_CLAIM = { claimedBy: null, claimToken: null, claimExpiresAt: null, claimLeaseMs: null } as const;

export function newJobRow(job: NewJob, id: string, seq: number, now: number): JobRow {
  return {
    ...NO_CLAIM,
    id,
    seq,
    type: job.type,
    params: job.params,
    state: "queued",
    dedupeKey: job.dedupeKey ?? null,
    parentId: job.parentId ?? null,
    runAt: job.runAt ?? now,
    attempts: 0,
    maxAttempts: job.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    progress: null,
    result: null,
    error: null,
    createdAt: now,
    updatedAt: now,
    finishedAt: null,
  };
}

/** Whether enqueuing `job` under the id of `row` is the same call again. */
export const isSameJob = (row: JobRow, job: NewJob): boolean =>
  row.type === job.type && isDeepStrictEqual(row.params, job.params);

export function claimedJobRow(row: JobRow, worker: string, token: string, leaseMs: number, now: number): JobRow {
  return {
    ...row,
    state: "in_progress",
    attempts: row.attempts + 1,
    claimedBy: worker,
    claimToken: token,
    claimExpiresAt: now + leaseMs,
    claimLeaseMs: leaseMs,
    updatedAt: now,
  };
}

/** Whether the token is a live claim: an expired one can do nothing, whether or not the job was requeued. */
export const holdsClaim = (row: JobRow, token: string, now: number): boolean =>
  row.state === "in_progress" && row.claimToken === token && row.claimExpiresAt !== null && row.claimExpiresAt > now;

/**
 * Whether this token has ended its claim in this way already, so that the same call sent again is no error: the token stays in the
 * row when a claim is completed or failed, and goes when it expires or is canceled.
 */
export const hasEndedClaim = (row: JobRow, token: string, by: "complete" | "fail"): boolean =>
  row.claimToken === token &&
  (by === "complete" ? row.state === "completed" : row.state === "failed" || row.state === "queued");

export function heartbeatRow(row: JobRow, progress: JsonObject | null, now: number): JobRow {
  return { ...row, progress, claimExpiresAt: now + (row.claimLeaseMs ?? 0), updatedAt: now };
}

const endedBy = (row: JobRow) => ({ ...NO_CLAIM, claimToken: row.claimToken });

export function completedJobRow(row: JobRow, result: JsonValue, now: number): JobRow {
  return { ...row, ...endedBy(row), state: "completed", result, error: null, updatedAt: now, finishedAt: now };
}

/** Queued again for `retryAt` while attempts are left, else failed. Progress stays, for the next attempt to resume from. */
export function failedJobRow(row: JobRow, error: TaskError, retryAt: number | null, now: number): JobRow {
  const failed = { ...row, ...endedBy(row), error, updatedAt: now };
  return retryAt !== null && row.attempts < row.maxAttempts
    ? { ...failed, state: "queued", runAt: retryAt }
    : { ...failed, state: "failed", finishedAt: now };
}

/** A job whose claim has expired: back in its place in the queue, or failed when no attempt is left. */
export function requeuedJobRow(row: JobRow, now: number): JobRow {
  const requeued = { ...row, ...NO_CLAIM, updatedAt: now };
  if (row.attempts < row.maxAttempts) return { ...requeued, state: "queued" };
  return { ...requeued, state: "failed", error: expiredError(row), finishedAt: now };
}

const expiredError = (row: JobRow): TaskError => ({
  message: `The claim of worker \`${row.claimedBy}\` expired, and it was the last of ${row.maxAttempts} attempts.`,
  code: "job_claim_expired",
  type: "internal",
  link: "",
});

export function canceledJobRow(row: JobRow, now: number): JobRow {
  return { ...row, ...NO_CLAIM, state: "canceled", updatedAt: now, finishedAt: now };
}
