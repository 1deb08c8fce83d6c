import { openRedisStore } from "@miroir/store-redis";
import { faster, type Measurement, measure } from "../goals.ts";
import { createRedisBed } from "../redis.ts";
import { openBullMq, openBullMqWorker } from "./bullmq.ts";
import { openBatchWorker, openWorkers, runJob, WORKERS, worked } from "./workers.ts";

/** Queues in Redis against BullMQ, on one server. */
export async function measureRedisQueue(): Promise<Measurement[]> {
  const bed = await createRedisBed();
  const single = await openBullMq(bed.url, `{${bed.prefix()}}`);
  const many = await openBullMq(bed.url, `{${bed.prefix()}}`);
  const loop = await openBullMqWorker(bed.url, `{${bed.prefix()}}`);
  const store = await openRedisStore({ url: bed.url, prefix: bed.prefix() });
  const apart = await openRedisStore({ url: bed.url, prefix: bed.prefix() });
  const workers = await openRedisStore({ url: bed.url, prefix: bed.prefix() });
  const next = await openWorkers(workers.jobs);
  const batched = await openRedisStore({ url: bed.url, prefix: bed.prefix() });
  const batches = await openBatchWorker(batched.jobs);
  try {
    return [
      await measure("Redis: a job enqueued, claimed and completed, one at a time", faster(1), {
        "BullMQ 6.7.0, call by call": () => single.runJob(),
        store: () => runJob(store.jobs),
      }),
      await measure(`Redis: ${WORKERS} jobs by ${WORKERS} workers`, faster(3), {
        "BullMQ 6.7.0, a worker of that concurrency": () => loop.runJobs(),
        "BullMQ 6.7.0, call by call": () => worked(() => many.runJob()),
        "store, claim and complete apart": () => worked(() => runJob(apart.jobs)),
        "store, completing and claiming at once": next.runJobs,
      }),
      await measure(`Redis: ${WORKERS} jobs in batches`, faster(3), {
        "BullMQ 6.7.0, added in bulk, a worker of that concurrency": () => loop.runBatch(),
        "store, in batches": batches.runJobs,
      }),
    ];
  } finally {
    for (const opened of [single, many, loop, store, apart, workers, batched]) await opened.close();
    await bed.close();
  }
}
