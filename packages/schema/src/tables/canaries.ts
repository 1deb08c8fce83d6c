import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { CanaryAssertion } from "../shapes/canary.ts";
import type { JsonObject } from "../shapes/json.ts";

/** Searches repeated on a schedule, with what their answers must satisfy. */
export const canaries = sqliteTable("canaries", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  indexUid: text("index_uid").notNull(),
  intervalMs: integer("interval_ms").notNull(),
  query: text("query_json", { mode: "json" }).$type<JsonObject>().notNull(),
  assertions: text("assertions_json", { mode: "json" }).$type<CanaryAssertion[]>().notNull(),
  enabled: integer("enabled", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export type CanaryRow = typeof canaries.$inferSelect;

export const canariesKeyspace = keyspace(canaries, { key: ["id"] });
