import type { RateLimits } from "../src/beside/rate-limits.ts";
import { consumed } from "../src/rules/rate-limit.ts";
import type { Model, Sync } from "./model.ts";

export function createRateLimits({ tables: { rateLimits }, now }: Model): Sync<RateLimits> {
  return {
    consume(bucket, key, rate) {
      const { row, outcome } = consumed(rateLimits.get(bucket, key), bucket, key, rate, now());
      rateLimits.set(row);
      return outcome;
    },
  };
}
