import type { IdempotencyRow } from "@miroir/schema";
import type { IdempotentAnswer, Reservation, ReserveOutcome } from "../tables/idempotency-cache.ts";

/** What a caller finds; `null` when there is no live row, and the caller may reserve. */
export function judgeReservation(row: IdempotencyRow | null, bodySha256: Uint8Array): ReserveOutcome | null {
  if (row === null) return null;
  if (Buffer.compare(row.bodySha256, bodySha256) !== 0) return { outcome: "mismatch" };
  if (row.responseStatus === null) return { outcome: "in_flight", since: row.createdAt, until: row.expiresAt };
  return { outcome: "done", taskUid: row.taskUid, status: row.responseStatus, body: row.responseBody ?? "" };
}

export function reservedRow(reservation: Reservation, token: string, now: number): IdempotencyRow {
  return {
    scope: reservation.scope,
    key: reservation.key,
    bodySha256: Buffer.from(reservation.bodySha256),
    token,
    taskUid: null,
    responseStatus: null,
    responseBody: null,
    createdAt: now,
    ttlMs: reservation.ttlMs,
    expiresAt: now + reservation.reservationMs,
  };
}

/** The answer counts its `ttlMs` from now. */
export function answeredRow(row: IdempotencyRow, answer: IdempotentAnswer, now: number): IdempotencyRow {
  return {
    ...row,
    taskUid: answer.taskUid,
    responseStatus: answer.status,
    responseBody: answer.body,
    expiresAt: now + row.ttlMs,
  };
}
