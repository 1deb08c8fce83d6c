import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Failed log-ins in a row, and until when the next try is refused. */
export const loginBackoff = sqliteTable(
  "login_backoff",
  {
    key: text("key").primaryKey(),
    failures: integer("failures").notNull(),
    blockedUntilAt: integer("blocked_until_at"),
    /** When the failures are forgotten. */
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("login_backoff_by_expires_at").on(t.expiresAt)],
);

export type LoginBackoffRow = typeof loginBackoff.$inferSelect;

export const loginBackoffKeyspace = keyspace(loginBackoff, {
  key: ["key"],
  sortedBy: "expiresAt",
  deadline: "expiresAt",
});
