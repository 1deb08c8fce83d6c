const WEIGHT = 0.2;

/** The expected latency after one more observation: an exponentially weighted moving average, in ms. */
export function nextLatency(average: number | null, observedMs: number): number {
  return average === null ? observedMs : average + WEIGHT * (observedMs - average);
}
