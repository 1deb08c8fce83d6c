import DatabaseDriver from "better-sqlite3";
import { better, defineQueue } from "plainjob";

const logger = { error: console.error, warn: console.error, info: () => {}, debug: () => {} };

export interface Plainjob {
  readonly add: () => void;
  /** Claims the next job, reads and completes it. */
  readonly runNext: () => void;
  readonly runJob: () => void;
  /** Adds so many jobs by one call, which is all that plainjob does in batches, and runs them. */
  readonly runBatch: (count: number) => void;
  readonly close: () => void;
}

/**
 * plainjob on a file of its own. It sets `synchronous=NORMAL` itself, keeps a timer that ends with `close`, and would print
 * what its upkeep did in the middle of the results.
 */
export function openPlainjob(path: string): Plainjob {
  const queue = defineQueue({ connection: better(new DatabaseDriver(path)), logger });
  const add = (): void => void queue.add("t", { a: 1 });
  const runNext = (): void => {
    const claimed = queue.getAndMarkJobAsProcessing("t");
    // The claim gives the id alone; plainjob's own worker reads the job then, too.
    const job = claimed && queue.getJobById(claimed.id);
    if (job === undefined) throw new Error("plainjob has lost a job");
    queue.markJobAsDone(job.id);
  };
  return {
    add,
    runNext,
    runJob() {
      add();
      runNext();
    },
    runBatch(count) {
      queue.addMany(
        "t",
        Array.from({ length: count }, () => ({ a: 1 })),
      );
      for (let i = 0; i < count; i++) runNext();
    },
    close: () => queue.close(),
  };
}
