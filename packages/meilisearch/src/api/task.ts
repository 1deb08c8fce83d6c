import type { ErrorEnvelope } from "../errors.ts";

export const TASK_STATUSES = ["enqueued", "processing", "succeeded", "failed", "canceled"] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

export const TASK_TYPES = [
  "documentAdditionOrUpdate",
  "documentEdition",
  "documentDeletion",
  "settingsUpdate",
  "indexCreation",
  "indexDeletion",
  "indexUpdate",
  "indexSwap",
  "taskCancelation",
  "taskDeletion",
  "dumpCreation",
  "snapshotCreation",
  "export",
  "upgradeDatabase",
  "indexCompaction",
  "networkTopologyChange",
  "dsrUpdate",
  "dsrClear",
] as const;

export type TaskType = (typeof TASK_TYPES)[number];

/** A task as `GET /tasks/{uid}` shows it. Dates are RFC 3339 UTC, `duration` is ISO 8601. */
export type Task = {
  uid: number;
  batchUid: number | null;
  indexUid: string | null;
  status: TaskStatus;
  type: TaskType;
  canceledBy: number | null;
  details?: Record<string, unknown>;
  error: ErrorEnvelope | null;
  duration: string | null;
  enqueuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  network?: unknown;
  customMetadata?: string;
};

/** The answer to a write: the task it has become. */
export type SummarizedTask = {
  taskUid: number;
  indexUid: string | null;
  status: TaskStatus;
  type: TaskType;
  enqueuedAt: string;
  customMetadata?: string;
};

/** Whether a status is final. */
export const isFinished = (status: TaskStatus): boolean =>
  status === "succeeded" || status === "failed" || status === "canceled";
