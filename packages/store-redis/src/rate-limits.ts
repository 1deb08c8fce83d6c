import { rateLimitsKeyspace } from "@miroir/schema";
import type { RateLimits } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { createRows } from "./rows.ts";

export function createRateLimits(context: Context): RateLimits {
  const rows = createRows(context, rateLimitsKeyspace);
  return {
    async consume(bucket, key, { limit, windowMs }, options) {
      const run = { keys: [rows.index()], args: [memberOf(bucket, key), bucket, key, limit, windowMs] };
      const [allowed, remaining, resetAt] = (await rows.write("consume-rate", [bucket, key], run, options)).values;
      return { allowed: allowed === 1, remaining: Number(remaining), resetAt: Number(resetAt) };
    },
  };
}
