import { randomUUID } from "node:crypto";
import { JOB_STATES, type JobRow, type JobState, type JsonValue } from "@miroir/schema";
import {
  canceledJobRow,
  claimedJobRow,
  completedJobRow,
  failedJobRow,
  hasEndedClaim,
  heartbeatRow,
  holdsClaim,
  isJobFinished,
  isSameJob,
  newJobRow,
  requeuedJobRow,
} from "../src/rules/job-states.ts";
import type { ClaimedJob, CompletionOutcome, JobCompletion, Jobs, NewJob } from "../src/tables/jobs.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createJobs({ tables: { jobs }, now, next }: Model): Sync<Jobs> {
  const inOrder = (): JobRow[] => jobs.all().sort((a, b) => a.seq - b.seq);
  const keep = (row: JobRow): JobRow => {
    jobs.set(row);
    return row;
  };
  const existing = (id: string, operation: string): JobRow => {
    const row = jobs.get(id);
    if (row === null) throw refuse("not_found", "jobs", operation, [id], "no such job");
    return row;
  };
  const notHolder = (id: string, operation: string) =>
    refuse("not_holder", "jobs", operation, [id], "the claim has ended or is another's");
  const due = (types?: readonly string[]): JobRow[] =>
    inOrder()
      .filter((row) => row.state === "queued" && row.runAt <= now() && (types?.includes(row.type) ?? true))
      .sort((a, b) => a.runAt - b.runAt);
  const claim: Sync<Jobs>["claim"] = (worker, types, leaseMs) => {
    const row = due(types)[0];
    if (row === undefined) return null;
    return keep(claimedJobRow(row, worker, randomUUID(), leaseMs, now())) as ClaimedJob;
  };
  const complete = (id: string, token: string, result: JsonValue, operation = "complete"): JobRow => {
    const row = existing(id, operation);
    if (hasEndedClaim(row, token, "complete")) return row;
    if (!holdsClaim(row, token, now())) throw notHolder(id, operation);
    return keep(completedJobRow(row, result, now()));
  };
  const enqueue = (job: NewJob): JobRow | null => {
    const same = job.id === undefined ? null : jobs.get(job.id);
    if (same !== null) return isSameJob(same, job) ? same : null;
    const twin = inOrder().find((row) => !isJobFinished(row.state) && row.dedupeKey === job.dedupeKey);
    if (twin !== undefined) return twin;
    return keep(newJobRow(job, job.id ?? randomUUID(), next("jobs"), now()));
  };
  const outcomeOf = ({ id, token, result }: JobCompletion): CompletionOutcome => {
    const row = jobs.get(id);
    if (row === null) return "not_found";
    if (hasEndedClaim(row, token, "complete")) return "completed";
    if (!holdsClaim(row, token, now())) return "not_holder";
    keep(completedJobRow(row, result, now()));
    return "completed";
  };
  return {
    enqueue(job) {
      const row = enqueue(job);
      if (row !== null) return row;
      throw refuse("already_exists", "jobs", "enqueue", [job.id ?? ""], "another job has this id");
    },
    enqueueMany: (many) => many.map(enqueue),
    claim,
    heartbeat(id, token, progress) {
      const row = existing(id, "heartbeat");
      if (!holdsClaim(row, token, now())) throw notHolder(id, "heartbeat");
      return keep(heartbeatRow(row, progress, now())) as ClaimedJob;
    },
    complete: (id, token, result) => complete(id, token, result),
    completeAndClaim(id, token, result, { worker, types, leaseMs }) {
      complete(id, token, result, "completeAndClaim");
      return claim(worker, types, leaseMs);
    },
    completeAndClaimMany(completions, { worker, types, leaseMs }, limit) {
      const outcomes = completions.map(outcomeOf);
      const claimed: ClaimedJob[] = [];
      while (claimed.length < limit) {
        const job = claim(worker, types, leaseMs);
        if (job === null) break;
        claimed.push(job);
      }
      return { completions: outcomes, claimed };
    },
    fail(id, token, error, retryAt) {
      const row = existing(id, "fail");
      if (hasEndedClaim(row, token, "fail")) return row;
      if (!holdsClaim(row, token, now())) throw notHolder(id, "fail");
      return keep(failedJobRow(row, error, retryAt, now()));
    },
    cancel(id) {
      const row = existing(id, "cancel");
      if (row.state === "canceled") return row;
      if (isJobFinished(row.state)) {
        throw refuse("illegal_transition", "jobs", "cancel", [id], `a job that is ${row.state} cannot be canceled`);
      }
      return keep(canceledJobRow(row, now()));
    },
    requeueExpired(limit) {
      const expired = inOrder().filter((row) => row.state === "in_progress" && (row.claimExpiresAt ?? 0) <= now());
      for (const row of expired.slice(0, limit)) keep(requeuedJobRow(row, now()));
      return Math.min(limit, expired.length);
    },
    get: (id) => jobs.get(id),
    list({ state, type, parentId }, page) {
      const matching = inOrder().filter(
        (row) =>
          (state === undefined || row.state === state) &&
          (type === undefined || row.type === type) &&
          (parentId === undefined || row.parentId === parentId),
      );
      return pageOf(matching, page, ["number"], (row) => [row.seq]);
    },
    counts() {
      const count = (state: JobState) => inOrder().filter((row) => row.state === state).length;
      const oldest = due()[0];
      return {
        byState: Object.fromEntries(JOB_STATES.map((state) => [state, count(state)])) as Record<JobState, number>,
        oldestDueAgeMs: oldest === undefined ? null : now() - oldest.runAt,
      };
    },
    pruneFinished(before, limit) {
      const finished = inOrder()
        .filter((row) => row.finishedAt !== null && row.finishedAt < before)
        .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
        .slice(0, limit);
      for (const row of finished) jobs.delete(row);
      return finished.length;
    },
  };
}
