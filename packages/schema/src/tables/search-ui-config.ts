import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { JsonObject } from "../shapes/json.ts";

/** How the hosted search page of an index looks and what it shows. */
export const searchUiConfig = sqliteTable("search_ui_config", {
  indexUid: text("index_uid").primaryKey(),
  config: text("config_json", { mode: "json" }).$type<JsonObject>().notNull(),
  /** Also its version: grows by at least 1 with every put. */
  updatedAt: integer("updated_at").notNull(),
});

export type SearchUiConfigRow = typeof searchUiConfig.$inferSelect;

export const searchUiConfigKeyspace = keyspace(searchUiConfig, { key: ["indexUid"] });
