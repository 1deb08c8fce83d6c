import type { JobCompletion, Jobs } from "@miroir/store-contract";

export const WORKERS = 64;
const LEASE_MS = 10_000;

/** A job's way through a store's queue, with its lease and claim token. */
export async function runJob(jobs: Jobs): Promise<void> {
  await jobs.enqueue({ type: "t", params: { a: 1 } });
  const job = await jobs.claim("worker", ["t"], LEASE_MS);
  if (job === null) throw new Error("a job is lost");
  await jobs.complete(job.id, job.claimToken, null);
}

/**
 * Workers that go from job to job as they would in a service: each completes its job and takes the next in one call, after as many jobs as there
 * are workers were added, each by a call of its own.
 */
export async function openWorkers(jobs: Jobs): Promise<{ readonly runJobs: () => Promise<void> }> {
  await worked(() => jobs.enqueue({ type: "t", params: { a: 1 } }));
  const next = { worker: "worker", types: ["t"], leaseMs: LEASE_MS };
  const claim = async () => {
    const job = await jobs.claim(next.worker, next.types, next.leaseMs);
    if (job === null) throw new Error("a job is lost");
    return job;
  };
  const held = await Promise.all(Array.from({ length: WORKERS }, claim));
  return {
    async runJobs() {
      await worked(() => jobs.enqueue({ type: "t", params: { a: 1 } }));
      await Promise.all(
        held.map(async (job, i) => {
          const following = await jobs.completeAndClaim(job.id, job.claimToken, null, next);
          if (following === null) throw new Error("a job is lost");
          held[i] = following;
        }),
      );
    },
  };
}

/** One worker that takes as many jobs as there are workers elsewhere, in batches: it completes those it has and claims the next in one call. */
export async function openBatchWorker(jobs: Jobs): Promise<{ readonly runJobs: () => Promise<void> }> {
  const batch = Array.from({ length: WORKERS }, () => ({ type: "t", params: { a: 1 } }));
  const next = { worker: "worker", types: ["t"], leaseMs: LEASE_MS };
  let held: readonly JobCompletion[] = [];
  const runJobs = async () => {
    await jobs.enqueueMany(batch);
    const { completions, claimed } = await jobs.completeAndClaimMany(held, next, WORKERS);
    if (claimed.length < WORKERS || completions.some((outcome) => outcome !== "completed")) {
      throw new Error("a job is lost");
    }
    held = claimed.map(({ id, claimToken }) => ({ id, token: claimToken, result: null }));
  };
  await runJobs();
  return { runJobs };
}

/** Lets all workers do their work at once. */
export const worked = (work: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: WORKERS }, work));
