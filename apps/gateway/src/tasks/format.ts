import type { SummarizedTask, Task, TaskType } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import { shownDetails } from "./hidden-details.ts";
import { shownIndexUid } from "./rename-tasks.ts";

const dateText = (atMs: number): string => new Date(atMs).toISOString();

/** ISO 8601, in seconds, as nodes write it: `PT0.042S`. */
const durationText = (ms: number): string => `PT${(ms / 1000).toFixed(3).replace(/\.?0+$/, "")}S`;

/** A task as `GET /tasks` shows it: exactly the fields a node gives, in its order. Every task is a batch of its own. */
export function formatTask(row: TaskRow): Task {
  const { uid, startedAt, finishedAt } = row;
  const details = shownDetails(row);
  return {
    uid,
    batchUid: row.status === "enqueued" ? null : uid,
    indexUid: shownIndexUid(row.indexUid),
    status: row.status,
    type: row.type as TaskType,
    // Noted earlier: from when it is to be canceled.
    canceledBy: row.status === "canceled" ? row.canceledBy : null,
    ...(details !== null && { details }),
    error: row.error,
    duration: startedAt === null || finishedAt === null ? null : durationText(finishedAt - startedAt),
    enqueuedAt: dateText(row.enqueuedAt),
    startedAt: startedAt === null ? null : dateText(startedAt),
    finishedAt: finishedAt === null ? null : dateText(finishedAt),
    ...(row.customMetadata !== null && { customMetadata: row.customMetadata }),
  };
}

/** The answer to a write. A node has always only enqueued it, so that is the status even of a task that has failed already. */
export function summarizeTask(row: TaskRow): SummarizedTask {
  return {
    taskUid: row.uid,
    indexUid: shownIndexUid(row.indexUid),
    status: "enqueued",
    type: row.type as TaskType,
    enqueuedAt: dateText(row.enqueuedAt),
    ...(row.customMetadata !== null && { customMetadata: row.customMetadata }),
  };
}
