import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Clients' API keys without their values: a value is derived from the master key and the uid when it is asked for. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    uid: text("uid").primaryKey(),
    name: text("name"),
    description: text("description"),
    actions: text("actions", { mode: "json" }).$type<string[]>().notNull(),
    indexes: text("indexes", { mode: "json" }).$type<string[]>().notNull(),
    /** An expired key opens nothing but is still listed, as Meilisearch does: not a deadline of the row. */
    expiresAt: integer("expires_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [index("api_keys_newest").on(t.createdAt, t.uid)],
);

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export const apiKeysKeyspace = keyspace(apiKeys, { key: ["uid"], sortedBy: "createdAt" });
