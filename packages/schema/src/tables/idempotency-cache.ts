import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Writes that carried an `Idempotency-Key`: reserved while they run, then kept with their answer. */
export const idempotencyCache = sqliteTable(
  "idempotency_cache",
  {
    /** Who may replay it: a digest of the API key, the method and the path. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    bodySha256: blob("body_sha256", { mode: "buffer" }).notNull(),
    /** The right to complete or release. */
    token: text("token").notNull(),
    taskUid: integer("task_uid"),
    /** `null` while the write is under way. */
    responseStatus: integer("response_status"),
    responseBody: text("response_body"),
    createdAt: integer("created_at").notNull(),
    /** How long the answer is kept, counted from completion. */
    ttlMs: integer("ttl_ms").notNull(),
    /** Of the reservation while it runs (short), of the answer afterwards. */
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.scope, t.key] }),
    index("idempotency_cache_by_created_at").on(t.createdAt),
    index("idempotency_cache_by_expires_at").on(t.expiresAt),
  ],
);

export type IdempotencyRow = typeof idempotencyCache.$inferSelect;

export const idempotencyCacheKeyspace = keyspace(idempotencyCache, {
  key: ["scope", "key"],
  sortedBy: "expiresAt",
  deadline: "expiresAt",
});
