import type { LoginBackoffRow } from "@miroir/schema";
import type { BackoffState } from "../beside/login-backoff.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FREE_FAILURES = 4;
const FIRST_BLOCK_MS = 10 * MINUTE_MS;

/** How long log-ins are refused after so many failures in a row, in ms: 10 minutes after the 5th, doubling up to a day. */
export function blockMs(failures: number): number {
  if (failures <= FREE_FAILURES) return 0;
  return Math.min(FIRST_BLOCK_MS * 2 ** Math.min(failures - FREE_FAILURES - 1, 20), DAY_MS);
}

/** How long after a failure it is forgotten, in ms: a day after the block it caused has ended. */
export const forgetMs = (failures: number): number => blockMs(failures) + DAY_MS;

/** The row after one more failure. */
export function failedAgain(row: LoginBackoffRow | null, key: string, now: number): LoginBackoffRow {
  const failures = (row?.failures ?? 0) + 1;
  const block = blockMs(failures);
  return { key, failures, blockedUntilAt: block === 0 ? null : now + block, expiresAt: now + forgetMs(failures) };
}

/** What a caller is told; a block that has ended is none. */
export function backoffState(row: LoginBackoffRow | null, now: number): BackoffState {
  const until = row?.blockedUntilAt ?? null;
  return { failures: row?.failures ?? 0, blockedUntilAt: until !== null && until > now ? until : null };
}
