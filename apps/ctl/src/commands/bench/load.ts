import autocannon from "autocannon";
import type { Progress } from "../../progress.ts";

interface Load {
  readonly url: string;
  readonly key: string | null;
  readonly index: string;
  /** Bodies, sent in turn. */
  readonly searches: readonly string[];
  readonly connections: number;
  /** Seconds. */
  readonly duration: number;
}

export interface Figures {
  readonly requests: number;
  readonly perSecond: number;
  /** Answers other than 200, and requests without one. */
  readonly failed: number;
  readonly latencyMs: Readonly<Record<"p50" | "p90" | "p99" | "max", number>>;
}

const TICK_MS = 1_000;

/** Sends searches on all connections at once, one after another on each. */
export async function load(
  { url, key, index, searches, connections, duration }: Load,
  progress: Progress,
): Promise<Figures> {
  const path = `/indexes/${encodeURIComponent(index)}/search`;
  const headers = {
    "content-type": "application/json",
    ...(key !== null && { authorization: `Bearer ${key}` }),
  };
  let seconds = 0;
  const ticking = setInterval(() => progress.show("seconds", Math.min(++seconds, duration), duration), TICK_MS);
  try {
    const { requests, latency, errors, timeouts, non2xx } = await autocannon({
      ...{ url, connections, duration },
      requests: searches.map((body) => ({ method: "POST", path, headers, body })),
    });
    return {
      requests: requests.total,
      perSecond: Math.round(requests.average),
      failed: non2xx + errors + timeouts,
      latencyMs: { p50: latency.p50, p90: latency.p90, p99: latency.p99, max: latency.max },
    };
  } finally {
    clearInterval(ticking);
  }
}
