import type { TaskRow } from "@miroir/schema";
import { formatTask } from "./format.ts";

/** Nodes say in a sentence why a batch got no more tasks. */
const STRATEGY = "behind this gateway, each task makes a batch of its own";

/**
 * The batch of a task, as `GET /batches` shows it. How nodes grouped their own tasks is theirs and differs from node to node;
 * nor does the gateway tell of their storage (`writeChannelCongestion`, `internalDatabaseSizes`).
 */
export function formatBatch(row: TaskRow) {
  const { uid, status, type, indexUid, details, duration, startedAt, finishedAt } = formatTask(row);
  return {
    uid,
    progress:
      finishedAt === null
        ? { steps: [{ currentStep: "processing tasks", finished: 0, total: 1 }], percentage: 0 }
        : null,
    details: details ?? {},
    stats: {
      totalNbTasks: 1,
      status: { [status]: 1 },
      types: { [type]: 1 },
      indexUids: indexUid === null ? {} : { [indexUid]: 1 },
      progressTrace: {},
    },
    duration,
    startedAt,
    finishedAt,
    batchStrategy: STRATEGY,
  };
}
