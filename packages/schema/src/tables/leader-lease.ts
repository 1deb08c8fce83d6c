import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { JsonValue } from "../shapes/json.ts";

/** Who leads a scope, until when, and the phase a successor resumes from. Rows outlive their holders, so that epochs only grow. */
export const leaderLease = sqliteTable("leader_lease", {
  /** For instance `settings:movies`. */
  scope: text("scope").primaryKey(),
  /** `null` once released. */
  holder: text("holder"),
  epoch: integer("epoch").notNull(),
  state: text("state", { mode: "json" }).$type<JsonValue>(),
  acquiredAt: integer("acquired_at").notNull(),
  renewedAt: integer("renewed_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export type LeaderLeaseRow = typeof leaderLease.$inferSelect;

/** The deadline ends the holder's right, not the row: its epoch and state are the next holder's start. */
export const leaderLeaseKeyspace = keyspace(leaderLease, { key: ["scope"] });
