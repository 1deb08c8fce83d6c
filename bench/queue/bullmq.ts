import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { WORKERS, worked } from "./workers.ts";

const NAME = "jobs";
const TOKEN = "worker";

export interface BullMq {
  /** Adds, takes and completes one job by hand, three calls one after the other as a store's worker makes them. */
  runJob(): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ without its loop: its calls, made one by one. */
export async function openBullMq(url: string, prefix: string): Promise<BullMq> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(NAME, { connection, prefix });
  const worker = new Worker(NAME, null, { connection, prefix, autorun: false });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return {
    async runJob() {
      await queue.add("t", { a: 1 });
      const job = await worker.getNextJob(TOKEN, { block: false });
      if (job === undefined) throw new Error("BullMQ has lost a job");
      await job.moveToCompleted(null, TOKEN, false);
    },
    async close() {
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
}

export interface BullMqWorker {
  /** Adds as many jobs as there are workers, each by a call of its own, and waits until the worker has completed them. */
  runJobs(): Promise<void>;
  /** The same, the jobs added by one call. */
  runBatch(): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ as it is meant to be used: a worker that takes the next job with the answer to its last one. */
export async function openBullMqWorker(url: string, prefix: string): Promise<BullMqWorker> {
  const connection = new Redis(url, { maxRetriesPerRequest: null });
  const queue = new Queue(NAME, { connection, prefix });
  const worker = new Worker(NAME, async () => null, { connection, prefix, concurrency: WORKERS });
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  let left = 0;
  let finish = () => {};
  worker.on("completed", () => {
    left--;
    if (left === 0) finish();
  });
  const batch = Array.from({ length: WORKERS }, () => ({ name: "t", data: { a: 1 } }));
  async function completed(add: () => Promise<unknown>): Promise<void> {
    left = WORKERS;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    await add();
    await finished;
  }
  return {
    runJobs: () => completed(() => worked(() => queue.add("t", { a: 1 }))),
    runBatch: () => completed(() => queue.addBulk(batch)),
    async close() {
      await worker.close();
      await queue.close();
      connection.disconnect();
    },
  };
}
