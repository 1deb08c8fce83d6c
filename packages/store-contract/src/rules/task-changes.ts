import type { NodeTasks, TaskRow, TaskStatus } from "@miroir/schema";
import type { NewTask, TaskTransition } from "../tables/tasks.ts";
import { isFinished, judgeMove } from "./task-status.ts";

/** The row of a new task; one created in its final status started and finished now. */
export function newTaskRow(uid: number, task: NewTask, now: number): TaskRow {
  const status = task.status ?? "enqueued";
  return {
    uid,
    indexUid: task.indexUid,
    type: task.type,
    status,
    nodeTasks: task.nodeTasks,
    details: task.details ?? null,
    error: task.error ?? null,
    canceledBy: null,
    customMetadata: task.customMetadata ?? null,
    enqueuedAt: now,
    startedAt: status === "enqueued" ? null : now,
    finishedAt: isFinished(status) ? now : null,
    updatedAt: now,
  };
}

/** Node tasks with news from some nodes; a node task that has ended keeps its status. */
export function mergeNodeTasks(present: NodeTasks, news: NodeTasks): NodeTasks {
  const merged = new Map(Object.entries(present));
  for (const [node, task] of Object.entries(news)) {
    const before = merged.get(node);
    const ended = before !== undefined && before.uid === task.uid && isFinished(before.status);
    if (!ended) merged.set(node, task);
  }
  // Not `merged[node] = task`, which for a node called `__proto__` would set no entry.
  return Object.fromEntries(merged);
}

/** The row after a transition; the row itself when the task is in that status already and has ended; `null` when the move is illegal. */
export function transitionedRow(row: TaskRow, transition: TaskTransition, now: number): TaskRow | null {
  const verdict = judgeMove(row.status, transition.status);
  if (verdict === "illegal") return null;
  if (verdict === "same" && isFinished(row.status)) return row;
  const to: TaskStatus = transition.status;
  return {
    ...row,
    status: to,
    details: transition.details === undefined ? row.details : transition.details,
    error: transition.error === undefined ? row.error : transition.error,
    canceledBy: transition.canceledBy ?? row.canceledBy,
    // A task canceled while it waited never started.
    startedAt: transition.startedAt ?? row.startedAt ?? (to === "enqueued" || to === "canceled" ? null : now),
    finishedAt: isFinished(to) ? (transition.finishedAt ?? now) : null,
    updatedAt: now,
  };
}
