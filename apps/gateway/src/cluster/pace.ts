import { nextLatency } from "./latency.ts";
import { createLatencySketch } from "./latency-sketch.ts";

/** How quick a node is, by what its reads and probes took. Durations and points in time are in ms, of any one clock. */
export interface Pace {
  /** A read was answered. */
  answered(tookMs: number, now: number): void;
  /** A read was given up before it was answered: it would have taken longer, nobody knows how much. */
  givenUp(afterMs: number, now: number): void;
  /** What the node itself says it spent on a read: its `processingTimeMs`. */
  served(processingTimeMs: number): void;
  probed(tookMs: number): void;
  /** What a read will probably take when so many others are under way; `null` before the first observation. */
  expectedMs(outstanding: number, now: number): number | null;
  /** How long that part of the reads takes at most (0.95), `null` while too few were seen to tell. */
  slowestMs(part: number): number | null;
}

/** Nodes say whole milliseconds, cut off: the true value is half of one more on average. */
const CUT_OFF_MS = 0.5;
/** What is remembered of a node that is not asked halves in this time, so that it is tried again. */
const HALF_LIFE_MS = 10_000;
const FEWEST_SAMPLES = 50;

/**
 * The expected wait is what a read took lately, plus the node's own time for each that is before it: only what the node spends
 * itself is multiplied, since what the way and this process add comes once. After C3's replica ranking (Suresh et al., "C3: Cutting Tail Latency
 * in Cloud Data Stores via Adaptive Replica Selection", NSDI 2015), without the third power of the queue, since a node works on several reads at once.
 */
export function createPace(): Pace {
  const sketch = createLatencySketch();
  let read: { readonly ms: number; readonly at: number } | null = null;
  let service: number | null = null;
  let probe: number | null = null;
  const observe = (ms: number, at: number) => {
    read = { ms: nextLatency(read?.ms ?? null, ms), at };
  };
  return {
    answered(tookMs, now) {
      observe(tookMs, now);
      sketch.observe(tookMs);
    },
    givenUp(afterMs, now) {
      // Clients that type on give up at once, which says nothing.
      if (read !== null && 2 * afterMs < read.ms) return;
      observe(2 * afterMs, now);
      // Counted as it was, or the quantile would move with every read that is given up at it.
      sketch.observe(afterMs);
    },
    served(processingTimeMs) {
      service = nextLatency(service, processingTimeMs + CUT_OFF_MS);
    },
    probed(tookMs) {
      probe = nextLatency(probe, tookMs);
    },
    expectedMs(outstanding, now) {
      if (read === null) return probe === null ? null : probe * (1 + outstanding);
      const remembered = read.ms * 2 ** (-Math.max(0, now - read.at) / HALF_LIFE_MS);
      const latency = Math.max(remembered, probe ?? 0);
      return latency + outstanding * Math.min(service ?? latency, latency);
    },
    slowestMs: (part) => (sketch.count < FEWEST_SAMPLES ? null : sketch.quantile(part)),
  };
}
