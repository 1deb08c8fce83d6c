/** How many requests to nodes may be sent besides those that reads need: a share of these. */
export interface HedgeBudget {
  /** Requests that a read needs were sent. */
  earn(requests: number): void;
  /** Whether so many more may be sent; they then count as sent. */
  spend(requests: number): boolean;
}

/** So that quiet hours save nothing up that would double the load of a busy minute. */
const MOST_SAVED = 10;

/** A token bucket that is filled by requests instead of time: never more than `share` of all that were sent, counted from the start. */
export function createHedgeBudget(share: number): HedgeBudget {
  let saved = 0;
  return {
    earn(requests) {
      saved = Math.min(MOST_SAVED, saved + share * requests);
    },
    spend(requests) {
      if (saved < requests) return false;
      saved -= requests;
      return true;
    },
  };
}
