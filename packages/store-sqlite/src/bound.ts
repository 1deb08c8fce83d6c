import type { Context } from "./context.ts";
import type { Rows } from "./rows.ts";

export interface Bound {
  /**
   * How many live rows there are beyond `max`.
   * @param added how many this write has just added
   */
  surplus(now: number, added: number, max: number): number;
}

/**
 * Watches the size of a table without counting it on each write. Live rows become more only by writes: those of this connection are
 * added up, those of others show in `data_version`. While even that upper bound is within `max`, nothing is counted.
 */
export function createBound(context: Context, rows: Pick<Rows<unknown>, "count">): Bound {
  let known: { readonly state: string; readonly atMost: number } | null = null;
  return {
    surplus(now, added, max) {
      const state = context.stateOfOthers();
      const atMost = known?.state === state ? known.atMost + added : Number.POSITIVE_INFINITY;
      if (atMost <= max) {
        known = { state, atMost };
        return 0;
      }
      const count = rows.count(now);
      known = { state, atMost: Math.min(count, max) };
      return Math.max(0, count - max);
    },
  };
}
