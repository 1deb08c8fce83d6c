import { type ErrorEnvelope, isErrorEnvelope, TASK_STATUSES, type TaskStatus } from "@miroir/meilisearch";
import type { JsonObject, TaskRow } from "@miroir/schema";

/** What a node says of one of its tasks. */
export interface NodeTaskReport {
  readonly status: TaskStatus;
  readonly details: JsonObject;
  readonly error: ErrorEnvelope | null;
  /** ms since the epoch, by the node's clock. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
}

/** The report of a node that does not know the task any more: it lost its data, so it counts as failed there. */
export const LOST: NodeTaskReport = { status: "failed", details: {}, error: null, startedAt: null, finishedAt: null };

/** Clocks may differ by this much before a node's task is held for another one with the same uid. */
export const CLOCK_TOLERANCE_MS = 60_000;

/** The task of ours that a node task should belong to. */
export type Expected = Pick<TaskRow, "type" | "enqueuedAt" | "nodeTasks">;

type RawTask = Readonly<Record<string, unknown>>;

const timeOf = (value: unknown): number | null => {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
};

/**
 * Reads a task as a node lists it. A node that was restarted empty counts its uids from 0 again, so the uid alone does not
 * make it ours: ours is of its type, and was enqueued when the node said so. Where that was not noted, one that was enqueued well
 * after ours was acknowledged is another.
 */
export function readNodeTask(raw: RawTask, node: string, { type, enqueuedAt, nodeTasks }: Expected): NodeTaskReport {
  const told = nodeTasks[node]?.enqueuedAt;
  const at = timeOf(raw.enqueuedAt);
  const isAnother = told === undefined ? at !== null && at > enqueuedAt + CLOCK_TOLERANCE_MS : raw.enqueuedAt !== told;
  const status = TASK_STATUSES.find((known) => known === raw.status);
  if (raw.type !== type || isAnother || status === undefined) return LOST;
  return {
    status,
    details: (raw.details ?? {}) as JsonObject,
    error: isErrorEnvelope(raw.error) ? raw.error : null,
    startedAt: timeOf(raw.startedAt),
    finishedAt: timeOf(raw.finishedAt),
  };
}
