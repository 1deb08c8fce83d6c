import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { WebhookHeaders } from "../shapes/webhook.ts";

/** Where finished tasks are sent. Headers are kept as they have to be sent, secrets too. */
export const webhooks = sqliteTable("webhooks", {
  uuid: text("uuid").primaryKey(),
  url: text("url").notNull(),
  headers: text("headers", { mode: "json" }).$type<WebhookHeaders>().notNull(),
  /** Also its version: grows by at least 1 with every put. */
  updatedAt: integer("updated_at").notNull(),
});

export type WebhookRow = typeof webhooks.$inferSelect;

export const webhooksKeyspace = keyspace(webhooks, { key: ["uuid"] });
