import type { AdminSessionRow } from "@miroir/schema";
import { compareKeys } from "../src/rules/order.ts";
import { hashSecret } from "../src/rules/secrets.ts";
import type { AdminSessions } from "../src/tables/admin-sessions.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createAdminSessions({ tables: { adminSessions }, now }: Model): Sync<AdminSessions> {
  const keep = (row: AdminSessionRow): AdminSessionRow => {
    adminSessions.set(row);
    return row;
  };
  const position = (row: AdminSessionRow) => [row.createdAt, row.sessionIdHash];
  return {
    create({ sessionId, csrfToken, adminKeyHash, ttlMs, userAgent, sourceIp }) {
      const sessionIdHash = hashSecret(sessionId);
      if (adminSessions.get(sessionIdHash) !== null) {
        throw refuse("already_exists", "adminSessions", "create", [sessionIdHash], "there is such a session");
      }
      return keep({
        sessionIdHash,
        csrfTokenHash: hashSecret(csrfToken),
        adminKeyHash,
        createdAt: now(),
        expiresAt: now() + ttlMs,
        revoked: false,
        userAgent,
        sourceIp,
      });
    },
    get: (sessionId) => adminSessions.get(hashSecret(sessionId)),
    revoke(sessionId) {
      const row = adminSessions.get(hashSecret(sessionId));
      if (row === null) {
        throw refuse("not_found", "adminSessions", "revoke", [hashSecret(sessionId)], "no such session");
      }
      return keep({ ...row, revoked: true });
    },
    revokeByKey(adminKeyHash, limit) {
      const opened = adminSessions.all().filter((row) => row.adminKeyHash === adminKeyHash && !row.revoked);
      return opened.slice(0, limit).map((row) => keep({ ...row, revoked: true })).length;
    },
    list(page) {
      const newestFirst = adminSessions.all().sort((a, b) => compareKeys(position(b), position(a)));
      return pageOf(newestFirst, page, ["number", "string"], position, true);
    },
    deleteExpired: (limit) => adminSessions.sweep(limit),
  };
}
