import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** How many tasks there are of each kind, kept with every write: a list's `total` must not cost a walk over the table. */
export const taskCounts = sqliteTable(
  "task_counts",
  {
    status: text("status").notNull(),
    type: text("type").notNull(),
    /** The empty string for tasks of no single index: no index has that name. */
    indexUid: text("index_uid").notNull(),
    count: integer("count").notNull(),
  },
  (t) => [primaryKey({ columns: [t.status, t.type, t.indexUid] })],
);

export type TaskCountRow = typeof taskCounts.$inferSelect;

export const taskCountsKeyspace = keyspace(taskCounts, { key: ["status", "type", "indexUid"] });
