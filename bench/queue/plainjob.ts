import DatabaseDriver from "better-sqlite3";
import { better, defineQueue } from "plainjob";

const logger = { error: console.error, warn: console.error, info: () => {}, debug: () => {} };

/**
 * plainjob on a file of its own. It sets `synchronous=NORMAL` itself, keeps a timer that ends with `close`, and would print
 * what its upkeep did in the middle of the results.
 */
export function openPlainjob(path: string): { readonly runJob: () => void; readonly close: () => void } {
  const queue = defineQueue({ connection: better(new DatabaseDriver(path)), logger });
  return {
    runJob() {
      queue.add("t", { a: 1 });
      const claimed = queue.getAndMarkJobAsProcessing("t");
      // The claim gives the id alone; plainjob's own worker reads the job then, too.
      const job = claimed && queue.getJobById(claimed.id);
      if (job === undefined) throw new Error("plainjob has lost a job");
      queue.markJobAsDone(job.id);
    },
    close: () => queue.close(),
  };
}
