import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Events waiting for a change-data-capture sink that is away, oldest first. */
export const cdcOverflow = sqliteTable(
  "cdc_overflow",
  {
    sinkName: text("sink_name").notNull(),
    /** The event's number in its sink's stream; grows, with gaps where events were lost. */
    position: integer("position").notNull(),
    event: text("event").notNull(),
    /** UTF-8 bytes of `event`. */
    bytes: integer("bytes").notNull(),
  },
  (t) => [primaryKey({ columns: [t.sinkName, t.position] })],
);

export type CdcOverflowRow = typeof cdcOverflow.$inferSelect;

export const cdcOverflowKeyspace = keyspace(cdcOverflow, { key: ["sinkName", "position"], sortedBy: "position" });
