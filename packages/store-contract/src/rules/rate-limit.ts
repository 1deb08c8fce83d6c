import type { RateLimitRow } from "@miroir/schema";
import type { RateLimit, RateLimitOutcome } from "../beside/rate-limits.ts";

/** One use of a window: opened now when there is none. A refused use leaves the row as it was. */
export function consumed(
  row: RateLimitRow | null,
  bucket: string,
  key: string,
  rate: RateLimit,
  now: number,
): { readonly row: RateLimitRow; readonly outcome: RateLimitOutcome } {
  const before = row ?? { bucket, key, used: 0, expiresAt: now + rate.windowMs };
  const allowed = before.used < rate.limit;
  const after = allowed ? { ...before, used: before.used + 1 } : before;
  return {
    row: after,
    outcome: { allowed, remaining: Math.max(0, rate.limit - after.used), resetAt: after.expiresAt },
  };
}
