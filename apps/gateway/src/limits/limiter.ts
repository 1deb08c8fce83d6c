import { type RateLimit, StoreError } from "@miroir/store-contract";
// Not by the package's name, which would load its clients for a dozen databases.
import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import RateLimiterStoreAbstract from "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js";
import type { Counted, Counting } from "./counting.ts";

/** Where a caller stands after a request was counted. */
export interface Standing {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** How long until the window ends. */
  readonly resetInMs: number;
}

export interface Limiter {
  /**
   * Counts one request of a caller. One who has used up the window is refused from memory, without asking the store, until it ends.
   * @returns `null` when the store is away and nothing could be counted.
   */
  use(caller: string): Promise<Standing | null>;
}

/** Past so many refused callers in memory all are forgotten, and the store is asked again: the package walks all of them for each new one. */
const MAX_REMEMBERED = 10_000;

/** rate-limiter-flexible's memory of whom to refuse, over the counting of our own stores. */
class StoreLimiter extends RateLimiterStoreAbstract {
  readonly #bucket: string;
  readonly #rate: RateLimit;
  readonly #counting: Counting;
  #remembered = 0;

  constructor(bucket: string, rate: RateLimit, counting: Counting) {
    const { limit, windowMs } = rate;
    const storeClient = counting;
    // A caller is remembered with the last use of its window, before there is anything to refuse.
    super({ storeClient, keyPrefix: "", points: limit, duration: windowMs / 1000, inMemoryBlockOnConsumed: limit });
    this.#bucket = bucket;
    this.#rate = rate;
    this.#counting = counting;
  }

  /** Called by the base class to count. */
  _upsert(caller: string): Promise<Counted> {
    return this.#counting.consume(this.#bucket, caller, this.#rate);
  }

  /** Called by the base class with what `_upsert` gave. More consumed than there is means refused. */
  _getRateLimiterRes(_caller: string, _points: number, { allowed, remaining, resetInMs }: Counted): RateLimiterRes {
    if (remaining === 0 && ++this.#remembered > MAX_REMEMBERED) {
      this.deleteInMemoryBlockedAll();
      this.#remembered = 1;
    }
    const { limit } = this.#rate;
    return new RateLimiterRes(remaining, resetInMs, allowed ? limit - remaining : limit + 1);
  }
}

/** A limit on how often each caller may do something. `bucket` names it in the store. */
export function createLimiter(bucket: string, rate: RateLimit, counting: Counting): Limiter {
  const limiter = new StoreLimiter(bucket, rate, counting);
  const standing = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Standing => ({
    allowed,
    limit: rate.limit,
    remaining: remainingPoints,
    resetInMs: msBeforeNext,
  });
  return {
    async use(caller) {
      try {
        return standing(true, await limiter.consume(caller));
      } catch (reason) {
        // What is refused comes as a rejection, too.
        if (reason instanceof RateLimiterRes) return standing(false, reason);
        if (reason instanceof StoreError) return null;
        throw reason;
      }
    },
  };
}
