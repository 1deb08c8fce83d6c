import { type AdminSessionRow, adminSessions, adminSessionsKeyspace } from "@miroir/schema";
import { type AdminSessions, hashSecret, pageLimit } from "@miroir/store-contract";
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import { columnsOf, pick } from "./codec.ts";
import { alreadyExists, type Context, notFound, type Sync } from "./context.ts";
import { newestCursor } from "./cursors.ts";
import { createRows, createSweep, createUpdate } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "admin_sessions";

export function createAdminSessions(context: Context): Sync<AdminSessions> {
  const { clock, sql: statements } = context;
  const { sessionIdHash, adminKeyHash, createdAt, expiresAt, revoked } = adminSessions;
  const rows = createRows(context, adminSessionsKeyspace);
  const setRevoked = createUpdate(context, adminSessionsKeyspace, "revoked");
  const sweep = createSweep(context, adminSessions, adminSessionsKeyspace.deadline);
  const isLive = gt(expiresAt, param("now"));
  const opened = statements.raw(
    build
      .select(pick(adminSessions, "sessionIdHash"))
      .from(adminSessions)
      // `+`: the key's own index is the narrow one.
      .where(and(eq(adminKeyHash, param("adminKeyHash")), sql`+${expiresAt} > ${param("now")}`, eq(revoked, false)))
      .orderBy(asc(sessionIdHash))
      .limit(param("limit")),
  );
  const newest = statements.rows(
    adminSessionsKeyspace,
    build
      .select(columnsOf(adminSessions))
      .from(adminSessions)
      .where(and(sql`(${createdAt}, ${sessionIdHash}) < (${param("at")}, ${param("name")})`, isLive))
      .orderBy(desc(createdAt), desc(sessionIdHash))
      .limit(param("limit")),
  );

  return {
    create(session) {
      const now = clock.now();
      const row: AdminSessionRow = {
        sessionIdHash: hashSecret(session.sessionId),
        csrfTokenHash: hashSecret(session.csrfToken),
        adminKeyHash: session.adminKeyHash,
        createdAt: now,
        expiresAt: now + session.ttlMs,
        revoked: false,
        userAgent: session.userAgent,
        sourceIp: session.sourceIp,
      };
      if (rows.live(now, row.sessionIdHash) !== null) throw alreadyExists(TABLE, row.sessionIdHash);
      rows.put(row);
      return row;
    },
    get: (sessionId) => rows.live(clock.now(), hashSecret(sessionId)),
    revoke(sessionId) {
      const hash = hashSecret(sessionId);
      const session = rows.live(clock.now(), hash);
      if (session === null) throw notFound(TABLE, hash);
      const row = { ...session, revoked: true };
      setRevoked(row);
      return row;
    },
    revokeByKey(hash, limit) {
      const found = opened.all({ adminKeyHash: hash, now: clock.now(), limit });
      for (const { sessionIdHash: id } of found) setRevoked({ sessionIdHash: id, revoked: true } as AdminSessionRow);
      return found.length;
    },
    list: (page) =>
      newest.page({ ...newestCursor(page), now: clock.now() }, pageLimit(page), ["createdAt", "sessionIdHash"]),
    deleteExpired: (limit) => sweep(clock.now(), limit),
  };
}
