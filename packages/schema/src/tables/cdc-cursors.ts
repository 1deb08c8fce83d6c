import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** How far each change-data-capture sink has been served, index by index. */
export const cdcCursors = sqliteTable(
  "cdc_cursors",
  {
    sinkName: text("sink_name").notNull(),
    indexUid: text("index_uid").notNull(),
    lastEventSeq: integer("last_event_seq").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.sinkName, t.indexUid] })],
);

export type CdcCursorRow = typeof cdcCursors.$inferSelect;

export const cdcCursorsKeyspace = keyspace(cdcCursors, { key: ["sinkName", "indexUid"] });
