/** Where a store takes the time from: milliseconds since the epoch. Callers never pass their own. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
