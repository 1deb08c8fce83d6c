import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** The newest generation of a scoped key that each gateway has seen. */
export const scopedKeyObservations = sqliteTable(
  "scoped_key_observations",
  {
    indexUid: text("index_uid").notNull(),
    gatewayId: text("gateway_id").notNull(),
    generation: integer("generation").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.indexUid, t.gatewayId] }),
    index("scoped_key_observations_by_expires_at").on(t.expiresAt),
  ],
);

export type ScopedKeyObservationRow = typeof scopedKeyObservations.$inferSelect;

export const scopedKeyObservationsKeyspace = keyspace(scopedKeyObservations, {
  key: ["indexUid", "gatewayId"],
  sortedBy: "expiresAt",
  deadline: "expiresAt",
});
