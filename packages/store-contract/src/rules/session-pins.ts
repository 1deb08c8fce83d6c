import type { SessionPins, SessionRow } from "@miroir/schema";
import type { SessionWrite } from "../tables/sessions.ts";

/** Pins with one more write: of two to one index the higher task uid stays, of the same one twice the first. */
function withPin(pins: SessionPins, write: SessionWrite, now: number): SessionPins {
  const { indexUid, taskUid, group, settingsVersion } = write;
  const entries = new Map(Object.entries(pins));
  const before = entries.get(indexUid);
  if (before === undefined || before.taskUid < taskUid) {
    entries.set(indexUid, { taskUid, group, settingsVersion, writtenAt: now });
  }
  return Object.fromEntries(entries);
}

/** The session after a write; `row` is `null` where there is none. */
export function sessionAfterWrite(
  row: SessionRow | null,
  sessionId: string,
  write: SessionWrite,
  ttlMs: number,
  now: number,
): SessionRow {
  const before = row ?? { sessionId, pins: {}, createdAt: now };
  return { ...before, pins: withPin(before.pins, write, now), lastUsedAt: now, expiresAt: now + ttlMs };
}

/** The session without its pin of an index; `null` when it has none. */
export function sessionWithoutPin(row: SessionRow, indexUid: string): SessionRow | null {
  if (!Object.hasOwn(row.pins, indexUid)) return null;
  return { ...row, pins: Object.fromEntries(Object.entries(row.pins).filter(([uid]) => uid !== indexUid)) };
}
