/** What one slice of work may cost the store: other calls wait for no longer than this. */
export const SLICE_MS = 5;
const FIRST_LIMIT = 50;
/** What the store takes in one call. */
const MAX_LIMIT = 1_000;

/** How many rows the next slice takes, given what the last one cost: twice as many while there is plenty of time left, else half. */
export function nextLimit(limit: number, tookMs: number): number {
  if (tookMs > SLICE_MS) return Math.max(1, Math.floor(limit / 2));
  return tookMs < SLICE_MS / 3 ? Math.min(MAX_LIMIT, limit * 2) : limit;
}

export interface SliceOptions {
  /** Asked before every slice; the work ends when it says no. */
  readonly mayGoOn: () => Promise<boolean>;
  /** Milliseconds that only go forwards. */
  readonly elapsed: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Does work that deletes rows in slices, with a pause after each as long as it took, so that the store belongs to others at least
 * half of the time.
 *
 * @param slice deletes at most `limit` rows, and says how many it did.
 * @param most how many rows at most, in all
 * @returns how many rows were deleted, once a slice finds fewer than it might have taken.
 */
export async function inSlices(
  slice: (limit: number) => Promise<number>,
  { mayGoOn, elapsed, pause }: SliceOptions,
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  let limit = FIRST_LIMIT;
  let done = 0;
  while (done < most && (await mayGoOn())) {
    const asked = Math.min(limit, most - done);
    const startedAt = elapsed();
    const deleted = await slice(asked);
    const tookMs = elapsed() - startedAt;
    done += deleted;
    if (deleted < asked) break;
    limit = nextLimit(limit, tookMs);
    await pause(tookMs);
  }
  return done;
}
