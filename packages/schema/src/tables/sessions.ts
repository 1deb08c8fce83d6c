import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { SessionPins } from "../shapes/session.ts";

/** Clients that want to read their own writes: where each wrote last, index by index. */
export const sessions = sqliteTable(
  "sessions",
  {
    sessionId: text("session_id").primaryKey(),
    pins: text("pins", { mode: "json" }).$type<SessionPins>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** The order in which sessions are dropped when there are too many. */
    lastUsedAt: integer("last_used_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("sessions_by_last_used_at").on(t.lastUsedAt), index("sessions_by_expires_at").on(t.expiresAt)],
);

export type SessionRow = typeof sessions.$inferSelect;

export const sessionsKeyspace = keyspace(sessions, {
  key: ["sessionId"],
  sortedBy: "lastUsedAt",
  deadline: "expiresAt",
});
