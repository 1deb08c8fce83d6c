import {
  type JsonObject,
  type NodeTasks,
  nodeTask,
  TASK_STATUSES,
  type TaskError,
  type TaskRow,
  type TaskStatus,
  taskError,
} from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, count, jsonObjectInput, jsonOf, keyedBy, keyText, time, uid, valueText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface NewTask {
  readonly indexUid: string | null;
  readonly type: string;
  readonly nodeTasks: NodeTasks;
  /** `enqueued` unless told. A task that ended before any node saw it is created in its final status. */
  readonly status?: TaskStatus | undefined;
  readonly details?: JsonObject | null | undefined;
  readonly error?: TaskError | null | undefined;
  readonly customMetadata?: string | null | undefined;
}

/** Where a task goes next. Times are those the nodes reported; without them, the store's own now. */
export interface TaskTransition {
  readonly status: TaskStatus;
  readonly details?: JsonObject | null | undefined;
  readonly error?: TaskError | null | undefined;
  readonly canceledBy?: number | undefined;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
}

/** Meilisearch's task filters: the fields are AND-ed, the values of one field OR-ed; an empty list matches nothing. `before` and `after` are exclusive. */
export interface TaskFilter {
  readonly uids?: readonly number[] | undefined;
  readonly statuses?: readonly TaskStatus[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly indexUids?: readonly string[] | undefined;
  readonly canceledBy?: readonly number[] | undefined;
  readonly beforeEnqueuedAt?: number | undefined;
  readonly afterEnqueuedAt?: number | undefined;
  readonly beforeStartedAt?: number | undefined;
  readonly afterStartedAt?: number | undefined;
  readonly beforeFinishedAt?: number | undefined;
  readonly afterFinishedAt?: number | undefined;
}

export interface TaskListRequest {
  /** The first uid that may appear; absent: from the newest (from the oldest when `reverse`). */
  readonly from?: number | undefined;
  /** 0 to 1000, 20 unless told. */
  readonly limit?: number | undefined;
  /** Oldest first. */
  readonly reverse?: boolean | undefined;
}

export interface TaskList {
  readonly items: TaskRow[];
  /** How many tasks match the filter, on all pages. */
  readonly total: number;
  /** The `from` of the next page; `null` on the last. */
  readonly next: number | null;
}

/** Which tasks get another index's name, and how many at most. */
export interface TaskRenaming {
  /** Tasks of lower uids only. */
  readonly below: number;
  readonly limit: number;
}

/**
 * Clients' tasks. Every method is one atomic step.
 * Not part of this contract: what a task's status follows from (the gateway's reconciler), and the node's own tasks.
 */
export interface Tasks {
  /** Creates a task with the next uid: contiguous from 0, never used again. @throws capacity_exceeded past uid 2^31 - 1. */
  create(task: NewTask, options?: WriteOptions): Promise<TaskRow>;
  /** @returns `null` when there is no such task. */
  get(uid: number): Promise<TaskRow | null>;
  /**
   * Sets what some nodes made of it, leaving the other nodes' entries. A node task that has ended keeps its status.
   * @returns the task as it is now. @throws not_found.
   */
  updateNodeTasks(uid: number, nodeTasks: NodeTasks, options?: WriteOptions): Promise<TaskRow>;
  /**
   * Moves the task: enqueued → processing → succeeded | failed | canceled, skipping allowed, back not. The same move again
   * changes nothing and is no error; details, error and times given before stay unless given again before the end.
   * @returns the task as it is now. @throws not_found; illegal_transition, nothing changed.
   */
  transition(uid: number, transition: TaskTransition, options?: WriteOptions): Promise<TaskRow>;
  /**
   * Gives at most `limit` tasks of the index `from` the index `to` instead, lowest uids first, and changes nothing else of them. Another
   * index's tasks that already have that name stay as they are: who exchanges two names takes a third one for a while.
   * @returns how many; fewer than `limit` means that none is left. None where both names are one.
   */
  renameIndex(from: string, to: string, renaming: TaskRenaming, options?: WriteOptions): Promise<number>;
  /** Newest first, unless reversed. Costs by the page, not by the table, for filters by status, type and index. */
  list(filter: TaskFilter, request: TaskListRequest): Promise<TaskList>;
  /** Every status is present, zeros too. */
  countByStatus(): Promise<Record<TaskStatus, number>>;
  /** Enqueued and processing tasks, oldest first. */
  listUnfinished(page: PageRequest): Promise<Page<TaskRow>>;
  /** Deletes at most `limit` finished tasks that match, oldest first. @returns how many; fewer than `limit` means none is left. */
  deleteFinished(filter: TaskFilter, limit: number, options?: WriteOptions): Promise<number>;
  /** Deletes at most `limit` tasks that finished before `before`, first finished first. @returns how many. */
  pruneFinished(before: number, limit: number, options?: WriteOptions): Promise<number>;
}

const givenNodeTasks = keyedBy(nodeTask.extend({ uid: count }));

const newTask = z.strictObject({
  indexUid: keyText.nullable(),
  type: keyText,
  nodeTasks: givenNodeTasks,
  status: z.enum(TASK_STATUSES).optional(),
  details: jsonObjectInput.nullable().optional(),
  error: jsonOf(taskError).nullable().optional(),
  customMetadata: valueText.nullable().optional(),
});

const transition = z.strictObject({
  status: z.enum(TASK_STATUSES),
  details: jsonObjectInput.nullable().optional(),
  error: jsonOf(taskError).nullable().optional(),
  canceledBy: uid.optional(),
  startedAt: time.optional(),
  finishedAt: time.optional(),
});

const filter = z.strictObject({
  uids: z.array(count).max(1000).optional(),
  statuses: z.array(z.enum(TASK_STATUSES)).max(100).optional(),
  types: z.array(keyText).max(100).optional(),
  indexUids: z.array(keyText).max(1000).optional(),
  canceledBy: z.array(count).max(1000).optional(),
  beforeEnqueuedAt: z.int().optional(),
  afterEnqueuedAt: z.int().optional(),
  beforeStartedAt: z.int().optional(),
  afterStartedAt: z.int().optional(),
  beforeFinishedAt: z.int().optional(),
  afterFinishedAt: z.int().optional(),
});

const renaming = z.strictObject({ below: count, limit: batchLimit });

const listRequest = z.strictObject({
  from: count.optional(),
  limit: z.int().min(0).max(1000).optional(),
  reverse: z.boolean().optional(),
});

export const tasksMethods: MethodSpecs<Tasks> = {
  create: write(newTask),
  get: read(count),
  updateNodeTasks: write(count, givenNodeTasks),
  transition: write(count, transition),
  renameIndex: write(keyText, keyText, renaming),
  list: read(filter, listRequest),
  countByStatus: read(),
  listUnfinished: read(pageRequest),
  deleteFinished: write(filter, batchLimit),
  pruneFinished: write(time, batchLimit),
};
