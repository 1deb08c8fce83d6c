import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** Operators' log-ins. Secrets are kept as SHA-256 hex digests: a store that leaks opens no session. */
export const adminSessions = sqliteTable(
  "admin_sessions",
  {
    sessionIdHash: text("session_id_hash").primaryKey(),
    csrfTokenHash: text("csrf_token_hash").notNull(),
    /** Of the admin key used at log-in, so that a rotated key can end its sessions. */
    adminKeyHash: text("admin_key_hash").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revoked: integer("revoked", { mode: "boolean" }).notNull(),
    userAgent: text("user_agent"),
    sourceIp: text("source_ip"),
  },
  (t) => [
    index("admin_sessions_by_admin_key").on(t.adminKeyHash),
    index("admin_sessions_by_expires_at").on(t.expiresAt),
    index("admin_sessions_newest").on(t.createdAt, t.sessionIdHash),
  ],
);

export type AdminSessionRow = typeof adminSessions.$inferSelect;

export const adminSessionsKeyspace = keyspace(adminSessions, {
  key: ["sessionIdHash"],
  sortedBy: "createdAt",
  deadline: "expiresAt",
});
