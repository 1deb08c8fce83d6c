import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** What each sink's overflow holds in all, and which positions no longer fitted. */
export const cdcOverflowSinks = sqliteTable("cdc_overflow_sinks", {
  sinkName: text("sink_name").primaryKey(),
  events: integer("events").notNull(),
  bytes: integer("bytes").notNull(),
  /** The highest position ever appended. */
  lastPosition: integer("last_position").notNull(),
  /** First and last position lost since the sink was last trimmed past them; `null` when nothing was. */
  lostFrom: integer("lost_from"),
  lostTo: integer("lost_to"),
});

export type CdcOverflowSinkRow = typeof cdcOverflowSinks.$inferSelect;

export const cdcOverflowSinksKeyspace = keyspace(cdcOverflowSinks, { key: ["sinkName"] });
