import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { RolloverRetention, RolloverTemplate, RolloverTriggers } from "../shapes/rollover.ts";

/** When a series of indexes starts a new one, and how many of the old it keeps. */
export const rolloverPolicies = sqliteTable("rollover_policies", {
  name: text("name").primaryKey(),
  writeAlias: text("write_alias").notNull(),
  readAlias: text("read_alias").notNull(),
  /** For instance `logs-{YYYY-MM-DD}`. */
  pattern: text("pattern").notNull(),
  triggers: text("triggers_json", { mode: "json" }).$type<RolloverTriggers>().notNull(),
  retention: text("retention_json", { mode: "json" }).$type<RolloverRetention>().notNull(),
  template: text("template_json", { mode: "json" }).$type<RolloverTemplate>().notNull(),
  enabled: integer("enabled", { mode: "boolean" }).notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export type RolloverPolicyRow = typeof rolloverPolicies.$inferSelect;

export const rolloverPoliciesKeyspace = keyspace(rolloverPolicies, { key: ["name"] });
