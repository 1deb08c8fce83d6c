import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Numbers handed out once and never again, whatever is deleted later: the next task uid, job and canary run. */
export const counters = sqliteTable("counters", {
  name: text("name").primaryKey(),
  next: integer("next").notNull(),
});

export type CounterRow = typeof counters.$inferSelect;

export const countersKeyspace = keyspace(counters, { key: ["name"] });
