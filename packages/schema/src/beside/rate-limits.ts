import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** How much each caller has used of its current window. */
export const rateLimits = sqliteTable(
  "rate_limits",
  {
    /** What is limited, for instance `search`. */
    bucket: text("bucket").notNull(),
    /** Who is limited. */
    key: text("key").notNull(),
    used: integer("used").notNull(),
    /** The end of the window. */
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.bucket, t.key] }), index("rate_limits_by_expires_at").on(t.expiresAt)],
);

export type RateLimitRow = typeof rateLimits.$inferSelect;

export const rateLimitsKeyspace = keyspace(rateLimits, {
  key: ["bucket", "key"],
  sortedBy: "expiresAt",
  deadline: "expiresAt",
});
