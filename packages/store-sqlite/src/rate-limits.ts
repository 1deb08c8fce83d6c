import { rateLimitsKeyspace } from "@miroir/schema";
import { consumed, type RateLimits } from "@miroir/store-contract";
import type { Context, Sync } from "./context.ts";
import { createRows } from "./rows.ts";

export function createRateLimits(context: Context): Sync<RateLimits> {
  const { clock } = context;
  const rows = createRows(context, rateLimitsKeyspace);

  return {
    consume(bucket, key, rate) {
      const now = clock.now();
      const { row, outcome } = consumed(rows.live(now, bucket, key), bucket, key, rate, now);
      if (outcome.allowed) rows.put(row);
      return outcome;
    },
  };
}
