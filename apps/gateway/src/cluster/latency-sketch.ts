/** How long a node's answers take, as far as quantiles go. */
export interface LatencySketch {
  observe(ms: number): void;
  /** The time within which that part of the answers came (0.95: the 95th percentile), in ms, 5 % too much at most. */
  quantile(part: number): number;
  /** How many observations it stands for; older ones weigh less and less. */
  readonly count: number;
}

const GROWTH = 1.1;
const SMALLEST_MS = 0.1;
/** Up to some ten minutes. */
const BUCKETS = 160;
const LOG_GROWTH = Math.log(GROWTH);
const MOST_COUNTED = 1024;

/**
 * A histogram whose buckets grow by a tenth each, so that a quantile is off by a bucket at most however the times are spread (Masson, Rim
 * and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019). All counts are halved when
 * there are many, so that it follows a node that changes.
 */
export function createLatencySketch(): LatencySketch {
  const buckets = new Float64Array(BUCKETS);
  let count = 0;
  return {
    observe(ms) {
      const at = ms <= SMALLEST_MS ? 0 : Math.ceil(Math.log(ms / SMALLEST_MS) / LOG_GROWTH);
      const bucket = Math.min(at, BUCKETS - 1);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      count++;
      if (count < MOST_COUNTED) return;
      for (const [index, value] of buckets.entries()) buckets[index] = value / 2;
      count /= 2;
    },
    quantile(part) {
      let below = 0;
      for (const [index, value] of buckets.entries()) {
        below += value;
        if (below >= part * count) return SMALLEST_MS * GROWTH ** index;
      }
      return SMALLEST_MS * GROWTH ** (BUCKETS - 1);
    },
    get count() {
      return count;
    },
  };
}
