import { type SessionRow, sessions, sessionsKeyspace } from "@miroir/schema";
import { type Sessions, sessionAfterWrite, sessionWithoutPin } from "@miroir/store-contract";
import { and, asc, gt, ne, sql } from "drizzle-orm";
import { createBound } from "./bound.ts";
import { columnsOf, pick } from "./codec.ts";
import type { Context, Sync } from "./context.ts";
import { createRows, createUpdate } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createSessions(context: Context): Sync<Sessions> {
  const { clock, sql: statements } = context;
  const rows = createRows(context, sessionsKeyspace);
  const live = createBound(context, rows);
  const slide = createUpdate(context, sessionsKeyspace, "lastUsedAt", "expiresAt");
  const setPins = createUpdate(context, sessionsKeyspace, "pins");
  const isLive = gt(sessions.expiresAt, param("now"));
  const leastRecentlyUsed = statements.raw(
    build
      .select(pick(sessions, "sessionId"))
      .from(sessions)
      .where(and(ne(sessions.sessionId, param("except")), isLive))
      .orderBy(asc(sessions.lastUsedAt), asc(sessions.sessionId))
      .limit(param("limit")),
  );
  const pinnedTo = statements.rows(
    sessionsKeyspace,
    build
      .select(columnsOf(sessions))
      .from(sessions)
      // Pins that are not JSON would fail the whole statement.
      .where(
        and(
          isLive,
          sql`case when json_valid(${sessions.pins}) then exists (select 1 from json_each(${sessions.pins}) where json_each.key = ${param("indexUid")}) else 0 end`,
        ),
      )
      .orderBy(asc(sessions.sessionId))
      .limit(param("limit")),
  );

  const unpin = (session: SessionRow | null, indexUid: string): boolean => {
    const unpinned = session === null ? null : sessionWithoutPin(session, indexUid);
    if (unpinned !== null) setPins(unpinned);
    return unpinned !== null;
  };

  return {
    recordWrite(sessionId, write, { ttlMs, maxSessions }) {
      const now = clock.now();
      const before = rows.live(now, sessionId);
      const session = sessionAfterWrite(before, sessionId, write, ttlMs, now);
      rows.put(session);
      const surplus = live.surplus(now, before === null ? 1 : 0, maxSessions);
      for (const { sessionId: id } of leastRecentlyUsed.all({ now, except: sessionId, limit: surplus }))
        rows.delete(id);
      return session;
    },
    touch(sessionId, ttlMs) {
      const now = clock.now();
      const session = rows.live(now, sessionId);
      if (session === null) return null;
      const slid = { ...session, lastUsedAt: now, expiresAt: now + ttlMs };
      slide(slid);
      return slid;
    },
    get: (sessionId) => rows.live(clock.now(), sessionId),
    clearPin: (sessionId, indexUid) => unpin(rows.live(clock.now(), sessionId), indexUid),
    delete: (sessionId) => rows.live(clock.now(), sessionId) !== null && rows.delete(sessionId),
    clearPinsOfIndex(indexUid, limit) {
      const pinned = pinnedTo.list({ indexUid, limit, now: clock.now() });
      for (const session of pinned) unpin(session, indexUid);
      return pinned.length;
    },
    count: () => rows.count(clock.now()),
  };
}
