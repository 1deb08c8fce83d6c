import { blob, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Which tenant an API key belongs to, and the replica group kept for it. The key itself never reaches the store. */
export const tenantMap = sqliteTable("tenant_map", {
  /** SHA-256 of the API key, 32 bytes. */
  apiKeyHash: blob("api_key_hash", { mode: "buffer" }).primaryKey(),
  tenantId: text("tenant_id").notNull(),
  /** `null`: the group follows from the tenant's id. */
  groupId: integer("group_id"),
  updatedAt: integer("updated_at").notNull(),
});

export type TenantRow = typeof tenantMap.$inferSelect;

export const tenantMapKeyspace = keyspace(tenantMap, { key: ["apiKeyHash"] });
