import { type Clock, type RateLimit, type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";

export interface Counted {
  readonly allowed: boolean;
  /** What is left in this window. */
  readonly remaining: number;
  /** How long until the window ends: 1 to the length of a window. */
  readonly resetInMs: number;
}

/** Counts uses of windows in the store, which all gateways share. */
export interface Counting {
  /** @throws StoreError at once while the store is known to be away. */
  consume(bucket: string, key: string, rate: RateLimit): Promise<Counted>;
}

/** The pause between two attempts to reach a store that is away. */
const PAUSE_MS = 1_000;

/**
 * While the store is away nobody waits for it, but for those who were asking it when it went: once in a while a use is counted
 * behind the back of the request it belongs to, and the first that is counted ends the outage.
 */
export function createCounting({
  store,
  clock,
  log,
}: {
  readonly store: Pick<Store, "rateLimits">;
  readonly clock: Clock;
  readonly log: Logger;
}): Counting {
  let outage: StoreError | null = null;
  let isPausing = false;
  /** How far the store's clock is ahead of this gateway's. */
  let aheadMs = 0;

  async function ask(bucket: string, key: string, rate: RateLimit): Promise<Counted> {
    const { allowed, remaining, resetAt } = await store.rateLimits.consume(bucket, key, rate);
    const isFirst = allowed && remaining === rate.limit - 1;
    // The first use opens its window, and so tells what time it is for the store.
    if (isFirst) aheadMs = resetAt - rate.windowMs - clock.now();
    const resetInMs = Math.max(1, Math.min(resetAt - aheadMs - clock.now(), rate.windowMs));
    return { allowed, remaining, resetInMs };
  }

  function begin(error: unknown): never {
    if (!(error instanceof StoreError)) throw error;
    if (outage === null) log.warn({ err: error }, "the store is away: rate limits are not counted");
    outage = error;
    isPausing = true;
    setTimeout(() => {
      isPausing = false;
    }, PAUSE_MS).unref();
    throw error;
  }

  function end(): void {
    outage = null;
    log.info("rate limits are counted again");
  }

  return {
    async consume(...use) {
      if (outage === null) return ask(...use).catch(begin);
      if (!isPausing) {
        isPausing = true;
        ask(...use)
          .then(end)
          .catch(begin)
          .catch(() => undefined);
      }
      throw outage;
    },
  };
}
