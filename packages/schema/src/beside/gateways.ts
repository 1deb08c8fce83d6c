import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** The gateways that are alive, each by its own heartbeat. */
export const gateways = sqliteTable(
  "gateways",
  {
    gatewayId: text("gateway_id").primaryKey(),
    address: text("address").notNull(),
    startedAt: integer("started_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("gateways_by_expires_at").on(t.expiresAt)],
);

export type GatewayRow = typeof gateways.$inferSelect;

export const gatewaysKeyspace = keyspace(gateways, {
  key: ["gatewayId"],
  sortedBy: "expiresAt",
  deadline: "expiresAt",
});
