import type { JobCompletion } from "@miroir/store-contract";
import { type Engine, openSqliteStore } from "@miroir/store-sqlite";
import { faster, type Measurement, measure } from "../goals.ts";
import { createBed } from "../store/databases.ts";
import { openPlainjob } from "./plainjob.ts";
import { openBatchWorker, openWorkers, runJob, WORKERS, worked } from "./workers.ts";

/** What `openBatchWorker` does, on the caller's thread. */
function startBatches(jobs: Engine["parts"]["jobs"]): () => void {
  const batch = Array.from({ length: WORKERS }, () => ({ type: "t", params: { a: 1 } }));
  const next = { worker: "worker", types: ["t"], leaseMs: 10_000 };
  let held: readonly JobCompletion[] = [];
  return () => {
    jobs.enqueueMany(batch);
    const { claimed } = jobs.completeAndClaimMany(held, next, WORKERS);
    if (claimed.length < WORKERS) throw new Error("a job is lost");
    held = claimed.map(({ id, claimToken }) => ({ id, token: claimToken, result: null }));
  };
}

/** Queues in SQLite against plainjob, all with `synchronous=NORMAL`, which is what plainjob sets. */
export async function measureSqliteQueue(): Promise<Measurement[]> {
  const bed = createBed();
  const plainjob = openPlainjob(bed.path("plainjob.db"));
  const plainjobs = openPlainjob(bed.path("plainjobs.db"));
  const { jobs } = bed.open("engine.db", "NORMAL").engine.parts;
  const threaded = await openSqliteStore({ path: bed.path("threaded.db"), synchronous: "NORMAL" });
  const apart = await openSqliteStore({ path: bed.path("apart.db"), synchronous: "NORMAL" });
  const workers = await openSqliteStore({ path: bed.path("workers.db"), synchronous: "NORMAL" });
  const next = await openWorkers(workers.jobs);
  const batched = await openSqliteStore({ path: bed.path("batched.db"), synchronous: "NORMAL" });
  const batches = await openBatchWorker(batched.jobs);
  const engineBatches = startBatches(bed.open("batches.db", "NORMAL").engine.parts.jobs);
  try {
    const single = await measure("SQLite: a job enqueued, claimed and completed, one at a time", faster(1.5), {
      "plainjob 0.0.14": plainjob.runJob,
      "store, over its thread": () => runJob(threaded.jobs),
      "engine, on the caller's thread as plainjob": () => {
        jobs.enqueue({ type: "t", params: { a: 1 } });
        const job = jobs.claim("worker", ["t"], 10_000);
        if (job === null) throw new Error("a job is lost");
        jobs.complete(job.id, job.claimToken, null);
      },
    });
    const many = await measure(`SQLite: ${WORKERS} jobs by ${WORKERS} workers`, faster(8), {
      "plainjob 0.0.14, one by one": () => {
        for (let i = 0; i < WORKERS; i++) plainjobs.runJob();
      },
      "store, claim and complete apart": () => worked(() => runJob(apart.jobs)),
      "store, completing and claiming at once": next.runJobs,
    });
    const inBatches = await measure(`SQLite: ${WORKERS} jobs in batches`, faster(8), {
      "plainjob 0.0.14, added in one call": () => plainjobs.runBatch(WORKERS),
      "engine, on the caller's thread as plainjob": engineBatches,
      "store, in batches": batches.runJobs,
    });
    return [single, many, inBatches];
  } finally {
    plainjob.close();
    plainjobs.close();
    await threaded.close();
    await apart.close();
    await workers.close();
    await batched.close();
    bed.close();
  }
}
