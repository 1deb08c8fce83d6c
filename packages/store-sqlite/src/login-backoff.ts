import { loginBackoffKeyspace } from "@miroir/schema";
import { backoffState, failedAgain, type LoginBackoff } from "@miroir/store-contract";
import type { Context, Sync } from "./context.ts";
import { createRows } from "./rows.ts";

export function createLoginBackoff(context: Context): Sync<LoginBackoff> {
  const { clock } = context;
  const rows = createRows(context, loginBackoffKeyspace);

  return {
    recordFailure(key) {
      const now = clock.now();
      const row = failedAgain(rows.live(now, key), key, now);
      rows.put(row);
      return backoffState(row, now);
    },
    check(key) {
      const now = clock.now();
      return backoffState(rows.live(now, key), now);
    },
    reset: (key) => rows.live(clock.now(), key) !== null && rows.delete(key),
  };
}
