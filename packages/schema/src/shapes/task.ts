import { z } from "zod";

export const TASK_STATUSES = ["enqueued", "processing", "succeeded", "failed", "canceled"] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/**
 * What one node makes of a task: its own task's uid and last seen status, and when it enqueued it, in the node's own words: a node
 * that was emptied gives the uid again, to another task.
 */
export const nodeTask = z.strictObject({
  uid: z.int().min(0),
  status: z.enum(TASK_STATUSES),
  enqueuedAt: z.string().optional(),
});
export type NodeTask = z.infer<typeof nodeTask>;

/** The node tasks of a task, by node id. */
export const nodeTasks = z.record(z.string(), nodeTask);
export type NodeTasks = z.infer<typeof nodeTasks>;

/** Why a task failed, as Meilisearch's error envelope. */
export const taskError = z.strictObject({ message: z.string(), code: z.string(), type: z.string(), link: z.string() });
export type TaskError = z.infer<typeof taskError>;
