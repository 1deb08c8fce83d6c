import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { durationMs, keyText, positive } from "../input.ts";
import { losableWrite, type MethodSpecs } from "../methods.ts";

export interface RateLimit {
  /** How much may be used in one window. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitOutcome {
  readonly allowed: boolean;
  /** What is left in this window. */
  readonly remaining: number;
  /** When the window ends and everything is there again. */
  readonly resetAt: number;
}

/**
 * Fixed windows, each opened by its first use. One atomic step. What was used may be lost with a failover of the backend or a power cut, and
 * is then there to be used again: no request waits for a disk to be counted.
 */
export interface RateLimits {
  /** Uses one of the window; a refused use is not counted. */
  consume(bucket: string, key: string, rate: RateLimit, options?: WriteOptions): Promise<RateLimitOutcome>;
}

export const rateLimitsMethods: MethodSpecs<RateLimits> = {
  consume: losableWrite(keyText, keyText, z.strictObject({ limit: positive, windowMs: durationMs })),
};
