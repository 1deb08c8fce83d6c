import type { SummarizedTask, Task } from "@miroir/meilisearch";

/** What a write is answered with: the task it became, as it stands when enqueued. */
export function summarize(task: Task): SummarizedTask {
  return {
    taskUid: task.uid,
    indexUid: task.indexUid,
    status: "enqueued",
    type: task.type,
    enqueuedAt: task.enqueuedAt,
    ...(task.customMetadata !== undefined && { customMetadata: task.customMetadata }),
  };
}
