/** Where a store takes the time from: milliseconds since the epoch. Callers never pass their own. */
export interface Clock {
  now(): number;
  /**
   * Where a clock that is set by hand keeps its time: one 64-bit integer, ms. A store that works on another thread reads it there
   * (`clockOn`), since a function cannot be passed to a thread.
   */
  readonly buffer?: SharedArrayBuffer;
}

export const systemClock: Clock = { now: () => Date.now() };

/** The clock whose time is in `buffer`, on whichever thread it is read. */
export function clockOn(buffer: SharedArrayBuffer): Clock {
  const time = new BigInt64Array(buffer);
  return { now: () => Number(Atomics.load(time, 0)), buffer };
}
