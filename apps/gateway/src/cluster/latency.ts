const WEIGHT = 0.2;

/**
 * The expected latency after one more observation: an exponentially weighted moving average, in ms. Probes are observed too,
 * once a second: without them a node that was slow once would cost too much to be asked again, and never be seen to recover.
 */
export function nextLatency(average: number | null, observedMs: number): number {
  return average === null ? observedMs : average + WEIGHT * (observedMs - average);
}
