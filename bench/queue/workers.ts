import type { Jobs } from "@miroir/store-contract";

export const WORKERS = 64;
const LEASE_MS = 10_000;

/** A job's way through a store's queue, with its lease and claim token. */
export async function runJob(jobs: Jobs): Promise<void> {
  await jobs.enqueue({ type: "t", params: { a: 1 } });
  const job = await jobs.claim("worker", ["t"], LEASE_MS);
  if (job === null) throw new Error("a job is lost");
  await jobs.complete(job.id, job.claimToken, null);
}

/** Lets all workers do their work at once. */
export const worked = (work: () => Promise<unknown>): Promise<unknown> =>
  Promise.all(Array.from({ length: WORKERS }, work));
