import type { JsonValue, LeaderLeaseRow } from "@miroir/schema";

/** The lease whose state is where documents are: a gateway compares it when it starts, and an operator may have it forgotten. */
export const PLACEMENT_SCOPE = "placement";

/** Whether somebody holds it: at its deadline it is free. */
export const isHeld = (row: LeaderLeaseRow | null, now: number): row is LeaderLeaseRow & { holder: string } =>
  row !== null && row.holder !== null && row.expiresAt > now;

/** Whether a fence (or a guarded write) with this epoch comes from the present leader. */
export const isPresentEpoch = (row: LeaderLeaseRow | null, epoch: number, now: number): boolean =>
  isHeld(row, now) && row.epoch === epoch;

/** The row once `holder` has it; `null` while another does. */
export function acquiredLease(
  row: LeaderLeaseRow | null,
  scope: string,
  holder: string,
  ttlMs: number,
  now: number,
): LeaderLeaseRow | null {
  if (isHeld(row, now)) return row.holder === holder ? renewedLease(row, ttlMs, now) : null;
  const [epoch, state]: [number, JsonValue | null] = row === null ? [1, null] : [row.epoch + 1, row.state];
  return { scope, holder, epoch, state, acquiredAt: now, renewedAt: now, expiresAt: now + ttlMs };
}

export const renewedLease = (row: LeaderLeaseRow, ttlMs: number, now: number): LeaderLeaseRow => ({
  ...row,
  renewedAt: now,
  expiresAt: now + ttlMs,
});

/** Whether this holder may release: it holds the lease, let it expire, or has released it, and nobody took it since. */
export const mayRelease = (row: LeaderLeaseRow, holder: string, epoch: number): boolean =>
  row.epoch === epoch && (row.holder === null || row.holder === holder);

export const releasedLease = (row: LeaderLeaseRow): LeaderLeaseRow => ({ ...row, holder: null });
