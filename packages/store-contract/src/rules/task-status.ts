import type { TaskStatus } from "@miroir/schema";

const RANK: Record<TaskStatus, number> = { enqueued: 0, processing: 1, succeeded: 2, failed: 2, canceled: 2 };

export const FINISHED_STATUSES = ["succeeded", "failed", "canceled"] as const satisfies readonly TaskStatus[];
export const UNFINISHED_STATUSES = ["enqueued", "processing"] as const satisfies readonly TaskStatus[];

export const isFinished = (status: TaskStatus): boolean => RANK[status] === 2;

/** What a move from one status to another is: allowed, nothing new, or illegal. Only forwards; the end is the end. */
export function judgeMove(from: TaskStatus, to: TaskStatus): "move" | "same" | "illegal" {
  if (from === to) return "same";
  return RANK[to] > RANK[from] ? "move" : "illegal";
}
