import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { JsonObject } from "../shapes/json.ts";
import { type NodeTasks, TASK_STATUSES, type TaskError } from "../shapes/task.ts";

/** What clients' writes returned; each row stands for one node task on every node the write touched. */
export const tasks = sqliteTable(
  "tasks",
  {
    /** Contiguous from 0, below 2^31: every typed SDK reads a task's uid into a 32-bit integer. */
    uid: integer("uid").primaryKey(),
    /** `null` for tasks of no single index. */
    indexUid: text("index_uid"),
    type: text("type").notNull(),
    status: text("status", { enum: TASK_STATUSES }).notNull(),
    nodeTasks: text("node_tasks", { mode: "json" }).$type<NodeTasks>().notNull(),
    details: text("details", { mode: "json" }).$type<JsonObject>(),
    error: text("error", { mode: "json" }).$type<TaskError>(),
    /** The uid of the `taskCancelation` that ended it. */
    canceledBy: integer("canceled_by"),
    customMetadata: text("custom_metadata"),
    enqueuedAt: integer("enqueued_at").notNull(),
    startedAt: integer("started_at"),
    finishedAt: integer("finished_at"),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    index("tasks_by_status").on(t.status, t.uid),
    index("tasks_by_type").on(t.type, t.uid),
    index("tasks_by_index_uid").on(t.indexUid, t.uid),
    index("tasks_by_canceled_by").on(t.canceledBy, t.uid),
    index("tasks_by_enqueued_at").on(t.enqueuedAt),
    index("tasks_by_started_at").on(t.startedAt),
    index("tasks_by_finished_at").on(t.finishedAt),
  ],
);

export type TaskRow = typeof tasks.$inferSelect;

export const tasksKeyspace = keyspace(tasks, { key: ["uid"], sortedBy: "uid" });
