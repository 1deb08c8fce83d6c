import type { Clock, Fence, Store } from "@miroir/store-contract";
import { inSlices, type SliceOptions } from "./slices.ts";

/** How long, and how many, rows that nobody needs any more are kept. */
export interface Retention {
  /** With so many tasks, the oldest finished ones go, as on a node. */
  readonly maxTasks: number;
  /** How long a finished task is kept; `null`: until there are too many. */
  readonly finishedTasksMs: number | null;
  readonly finishedJobsMs: number;
}

export interface CleanUpOptions extends SliceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly retention: Retention;
  /** That of the lease; every write that the store can fence carries it. */
  readonly fence: Fence;
}

/** How many rows went, by kind. */
export interface CleanedUp {
  readonly expired: number;
  readonly tasks: number;
  readonly jobs: number;
}

/** The share of tasks that is left when there were too many: a node that reaches its million deletes a hundred thousand. */
const KEPT_SHARE = 0.9;

/** One round: deletes expired rows, finished tasks past their time or number, and finished jobs. @throws StoreError */
export async function cleanUp(options: CleanUpOptions): Promise<CleanedUp> {
  const { store, clock, retention, fence } = options;
  // Rows past their deadline are absent already, so that sweeping twice does no harm: the one write here without a fence.
  const expired = await inSlices((limit) => store.sweep(limit), options);

  let tasks = 0;
  if (retention.finishedTasksMs !== null) {
    const before = Math.max(0, clock.now() - retention.finishedTasksMs);
    tasks += await inSlices((limit) => store.tasks.pruneFinished(before, limit, { fence }), options);
  }
  tasks += await inSlices(
    (limit) => store.tasks.deleteFinished({}, limit, { fence }),
    options,
    await countSurplus(store, retention.maxTasks),
  );

  const before = Math.max(0, clock.now() - retention.finishedJobsMs);
  const jobs = await inSlices((limit) => store.jobs.pruneFinished(before, limit, { fence }), options);
  return { expired, tasks, jobs };
}

/** How many tasks have to go. */
async function countSurplus(store: Store, maxTasks: number): Promise<number> {
  const counts = await store.tasks.countByStatus();
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total < maxTasks ? 0 : total - Math.floor(maxTasks * KEPT_SHARE);
}
