import type { Attempt, Outcome } from "./attempt.ts";

export type HedgeOptions<T> = {
  readonly first: Attempt<T>;
  /** How long the first is waited for alone. */
  readonly delayMs: number;
  /** Asks others for the same shards, each shard once; `null` where that cannot or may not be done. */
  readonly startOthers: () => readonly Attempt<T>[] | null;
  /** Called when the others had all answered first. */
  readonly onWon: () => void;
};

/** Answers for shards, or why the first node gave none. */
export type Settled<T> = readonly { readonly attempt: Attempt<T>; readonly outcome: Outcome<T> }[];

/**
 * Waits for a node, and once that takes long for others too: whoever has answered for all the shards first counts, the rest is
 * abandoned. When the first node fails the others are still waited for, and the other way round (Dean and Barroso, "The Tail
 * at Scale", CACM 56(2), 2013).
 */
export async function withHedge<T>({ first, delayMs, startOthers, onWon }: HedgeOptions<T>): Promise<Settled<T>> {
  const alone = first.outcome.then((outcome): Settled<T> => [{ attempt: first, outcome }]);
  const early = await within(alone, delayMs);
  if (early) return early;
  const others = startOthers();
  if (!others) return alone;
  const together = Promise.all(others.map(async (attempt) => ({ attempt, outcome: await attempt.outcome }))).then(
    (settled): Settled<T> | null => (settled.every(({ outcome }) => outcome.kind === "value") ? settled : null),
  );
  const unless = ([settled]: Settled<T>) => settled?.outcome.kind === "failed";
  const winner = await Promise.race([
    alone.then(async (settled) => (unless(settled) ? ((await together) ?? settled) : settled)),
    together.then(async (settled) => settled ?? (await alone)),
  ]);
  const hasWon = winner[0]?.attempt !== first;
  if (hasWon) onWon();
  for (const attempt of hasWon ? [first] : others) attempt.abandon();
  return winner;
}

/** What the promise gives, or `null` when it takes longer than that. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    // Timers come before answers that have arrived meanwhile: those are let in first.
    timer = setTimeout(() => setImmediate(() => resolve(null)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
