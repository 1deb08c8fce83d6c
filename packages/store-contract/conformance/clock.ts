import { type Clock, clockOn } from "../src/clock.ts";

/** A clock that stands still until told. It lives in shared memory, so that a worker thread reads the same time. */
export interface ManualClock extends Clock {
  readonly buffer: SharedArrayBuffer;
  advance(ms: number): void;
  set(now: number): void;
}

const START = 1_700_000_000_000;

/** The clock of another thread's `buffer`. */
export function manualClockFrom(buffer: SharedArrayBuffer): ManualClock {
  const cell = new BigInt64Array(buffer);
  return {
    ...clockOn(buffer),
    buffer,
    advance: (ms) => {
      Atomics.add(cell, 0, BigInt(ms));
    },
    set: (now) => {
      Atomics.store(cell, 0, BigInt(now));
    },
  };
}

export function createManualClock(): ManualClock {
  const clock = manualClockFrom(new SharedArrayBuffer(8));
  clock.set(START);
  return clock;
}
