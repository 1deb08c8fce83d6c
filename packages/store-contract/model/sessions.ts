import type { SessionRow } from "@miroir/schema";
import { sessionAfterWrite, sessionWithoutPin } from "../src/rules/session-pins.ts";
import type { Sessions } from "../src/tables/sessions.ts";
import type { Model, Sync } from "./model.ts";

export function createSessions({ tables: { sessions }, now }: Model): Sync<Sessions> {
  const keep = (row: SessionRow): SessionRow => {
    sessions.set(row);
    return row;
  };
  const unpin = (row: SessionRow | null, indexUid: string): boolean => {
    const without = row === null ? null : sessionWithoutPin(row, indexUid);
    if (without !== null) sessions.set(without);
    return without !== null;
  };
  return {
    recordWrite(sessionId, write, { ttlMs, maxSessions }) {
      const row = keep(sessionAfterWrite(sessions.get(sessionId), sessionId, write, ttlMs, now()));
      const others = sessions.all().filter((other) => other.sessionId !== sessionId);
      const tooMany = Math.max(0, others.length + 1 - maxSessions);
      for (const other of others.sort((a, b) => a.lastUsedAt - b.lastUsedAt).slice(0, tooMany)) sessions.delete(other);
      return row;
    },
    touch(sessionId, ttlMs) {
      const row = sessions.get(sessionId);
      return row === null ? null : keep({ ...row, lastUsedAt: now(), expiresAt: now() + ttlMs });
    },
    get: (sessionId) => sessions.get(sessionId),
    clearPin: (sessionId, indexUid) => unpin(sessions.get(sessionId), indexUid),
    delete: (sessionId) => sessions.delete(sessions.get(sessionId)),
    clearPinsOfIndex(indexUid, limit) {
      const pinned = sessions.all().filter((row) => Object.hasOwn(row.pins, indexUid));
      return pinned.slice(0, limit).filter((row) => unpin(row, indexUid)).length;
    },
    count: () => sessions.all().length,
  };
}
