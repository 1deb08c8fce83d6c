import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** The API key the hosted search page of an index uses now, and the one it used before while some gateway may still know only that. */
export const scopedKeys = sqliteTable("scoped_keys", {
  indexUid: text("index_uid").primaryKey(),
  currentUid: text("current_uid").notNull(),
  previousUid: text("previous_uid"),
  generation: integer("generation").notNull(),
  rotatedAt: integer("rotated_at").notNull(),
});

export type ScopedKeyRow = typeof scopedKeys.$inferSelect;

export const scopedKeysKeyspace = keyspace(scopedKeys, { key: ["indexUid"] });
