import { totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Config } from "@miroir/config";

/** What a process can have too much of. */
export type Strained = "event_loop" | "memory";

/** How hard the process has it: the loop's mean delay since the last reading, and the used part of what memory it may have, 0 to 1. */
interface Reading {
  readonly delayMs: number;
  readonly memory: number;
}

/** Judges readings, one after another. */
export interface Strain {
  /** What there is too much of, by the last two readings; `null` when all is well. */
  current(): Strained | null;
  /** Takes a reading. */
  note(reading: Reading): void;
}

type Limits = Pick<Config["protection"], "maxEventLoopDelayMs" | "maxMemoryPercent">;

/** One long answer makes one bad reading; only two in a row are strain. */
export function createStrain({ maxEventLoopDelayMs, maxMemoryPercent }: Limits): Strain {
  let last: Strained | null = null;
  let current: Strained | null = null;
  return {
    current: () => current,
    note({ delayMs, memory }) {
      const now = memory * 100 > maxMemoryPercent ? "memory" : delayMs > maxEventLoopDelayMs ? "event_loop" : null;
      current = last === null ? null : now;
      last = now;
    },
  };
}

const EVERY_MS = 250;
const RESOLUTION_MS = 20;

/** Reads how this process has it, four times a second. @returns what stops it. */
export function watchProcess(strain: Strain): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const limit = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const timer = setInterval(() => {
    const delayMs = Math.max(0, (delays.count > 0 ? delays.mean / 1e6 : 0) - RESOLUTION_MS);
    delays.reset();
    const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
    strain.note({ delayMs, memory: Math.max(heap / heapLimit, process.memoryUsage.rss() / limit) });
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}
