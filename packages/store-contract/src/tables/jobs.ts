import {
  JOB_STATES,
  type JobRow,
  type JobState,
  type JsonObject,
  type JsonValue,
  type TaskError,
  taskError,
} from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import {
  batchLimit,
  count,
  durationMs,
  json,
  jsonObjectInput,
  jsonOf,
  keyText,
  MAX_BATCH,
  positive,
  time,
} from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface NewJob {
  /** The store makes one when absent. */
  readonly id?: string | undefined;
  readonly type: string;
  readonly params: JsonObject;
  /** While an unfinished job has it, enqueuing another gives that one back. */
  readonly dedupeKey?: string | undefined;
  readonly parentId?: string | undefined;
  /** Not before this time; now unless told. */
  readonly runAt?: number | undefined;
  /** After so many claims a job that expires or fails is not tried again; 3 unless told. */
  readonly maxAttempts?: number | undefined;
}

/** A job with the right to write it, until `claimExpiresAt`. */
export type ClaimedJob = JobRow & { readonly claimToken: string; readonly claimExpiresAt: number };

/** What `claim` takes, for the claim that follows a completion. */
export interface NextClaim {
  readonly worker: string;
  readonly types: readonly string[];
  readonly leaseMs: number;
}

/** What `complete` takes, for one of several. */
export interface JobCompletion {
  readonly id: string;
  readonly token: string;
  readonly result: JsonValue;
}

export type CompletionOutcome = "completed" | "not_found" | "not_holder";

export interface BatchOfJobs {
  /** What came of each completion, in their order. */
  readonly completions: CompletionOutcome[];
  /** First due first; none when none is due. */
  readonly claimed: ClaimedJob[];
}

export interface JobFilter {
  readonly state?: JobState | undefined;
  readonly type?: string | undefined;
  readonly parentId?: string | undefined;
}

export interface JobCounts {
  readonly byState: Record<JobState, number>;
  /** How long the oldest due job has waited, in ms; `null` when none is due. */
  readonly oldestDueAgeMs: number | null;
}

/**
 * A queue of long work. Every method is one atomic step. States: queued → in_progress → completed | failed | canceled, and back to
 * queued when a claim expires or a failure is retried. A claim that expired can do nothing more, whether or not it was requeued.
 * Not part of this contract: running the work.
 */
export interface Jobs {
  /** @returns the new job, or the unfinished one with the same dedupe key, or the one with the same id if it is equal in type and params. @throws already_exists when a job with that id differs. */
  enqueue(job: NewJob, options?: WriteOptions): Promise<JobRow>;
  /**
   * Enqueues at most 1000 jobs, one after the other in one step. One that `enqueue` would refuse does not keep the others out: whoever
   * sends a batch again, with ids of its own, gets those that it had added before.
   * @returns what `enqueue` returns for each, and `null` for one whose id a job that differs has.
   */
  enqueueMany(jobs: readonly NewJob[], options?: WriteOptions): Promise<(JobRow | null)[]>;
  /** Claims the first due job of these types: by `runAt`, then first come, first served. @returns `null` when none is due. */
  claim(worker: string, types: readonly string[], leaseMs: number, options?: WriteOptions): Promise<ClaimedJob | null>;
  /** Extends the claim by its lease from now and replaces the progress, which later attempts see. @throws not_found, not_holder. */
  heartbeat(id: string, token: string, progress: JsonObject | null, options?: WriteOptions): Promise<ClaimedJob>;
  /** Completing again with the token is no error and keeps the first result. @throws not_found, not_holder. */
  complete(id: string, token: string, result: JsonValue, options?: WriteOptions): Promise<JobRow>;
  /**
   * Completes as `complete` does and then claims as `claim` does, in one step: what a worker does between two jobs. Nothing is claimed
   * where the completion is refused. Completing again with the token is no error, and claims. @returns the next job, `null` when none is
   * due. @throws not_found, not_holder.
   */
  completeAndClaim(
    id: string,
    token: string,
    result: JsonValue,
    next: NextClaim,
    options?: WriteOptions,
  ): Promise<ClaimedJob | null>;
  /**
   * Completes at most 1000 jobs, each as `complete` does, and then claims at most `limit` (0 to 1000) as `claim` does, each with a token of
   * its own, all in one step: what a worker of batches does between two of them. A completion that is refused says so in its place and
   * hinders nothing: one claim that expired must not lose the results of the others.
   */
  completeAndClaimMany(
    completions: readonly JobCompletion[],
    next: NextClaim,
    limit: number,
    options?: WriteOptions,
  ): Promise<BatchOfJobs>;
  /** Fails the attempt: queued again for `retryAt` while attempts are left and `retryAt` is given, else failed. Failing again with the token is no error and changes nothing. @throws not_found, not_holder. */
  fail(id: string, token: string, error: TaskError, retryAt: number | null, options?: WriteOptions): Promise<JobRow>;
  /** Ends a job that has not finished; its claim, if any, is void. A canceled job stays canceled, which is no error. @throws not_found; illegal_transition when completed or failed. */
  cancel(id: string, options?: WriteOptions): Promise<JobRow>;
  /** Requeues in its place, or fails when no attempt is left, at most `limit` jobs whose claim has expired. @returns how many. */
  requeueExpired(limit: number, options?: WriteOptions): Promise<number>;
  get(id: string): Promise<JobRow | null>;
  /** First enqueued first. */
  list(filter: JobFilter, page: PageRequest): Promise<Page<JobRow>>;
  /** The autoscaler's signal. Every state is present, zeros too. */
  counts(): Promise<JobCounts>;
  /** Deletes at most `limit` jobs that finished before `before`. @returns how many. */
  pruneFinished(before: number, limit: number, options?: WriteOptions): Promise<number>;
}

const newJob = z.strictObject({
  id: keyText.optional(),
  type: keyText,
  params: jsonObjectInput,
  dedupeKey: keyText.optional(),
  parentId: keyText.optional(),
  runAt: time.optional(),
  maxAttempts: positive.max(1000).optional(),
});
const types = z.array(keyText).min(1).max(100);
const completion = z.strictObject({ id: keyText, token: keyText, result: json });
const nextClaim = z.strictObject({ worker: keyText, types, leaseMs: durationMs });
const filter = z.strictObject({
  state: z.enum(JOB_STATES).optional(),
  type: keyText.optional(),
  parentId: keyText.optional(),
});

export const jobsMethods: MethodSpecs<Jobs> = {
  enqueue: write(newJob),
  enqueueMany: write(z.array(newJob).max(MAX_BATCH)),
  claim: write(keyText, types, durationMs),
  heartbeat: write(keyText, keyText, jsonObjectInput.nullable()),
  complete: write(keyText, keyText, json),
  completeAndClaim: write(keyText, keyText, json, nextClaim),
  completeAndClaimMany: write(z.array(completion).max(MAX_BATCH), nextClaim, count.max(MAX_BATCH)),
  fail: write(keyText, keyText, jsonOf(taskError), time.nullable()),
  cancel: write(keyText),
  requeueExpired: write(batchLimit),
  get: read(keyText),
  list: read(filter, pageRequest),
  counts: read(),
  pruneFinished: write(time, batchLimit),
};
