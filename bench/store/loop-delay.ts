import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStore } from "@miroir/store-sqlite";
import { atMost, type Measurement } from "../goals.ts";
import { spread } from "../measure.ts";
import type { Bed } from "./databases.ts";

const WRITES_PER_MS = 0.2;
const TICK_MS = 5;
const TURN_MS = 1000;
const ROUNDS = 7;

/** The 99th percentile, in ms, of how late the event loop runs while `write` is called at its rate. */
async function delayDuring(write: () => void): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  // As many as are due by the clock, not one a tick: a timer that comes late must not make the load lighter.
  for (let done = 0, passed = 0; passed < TURN_MS; passed = performance.now() - start) {
    for (; done < passed * WRITES_PER_MS; done++) write();
    await sleep(TICK_MS);
  }
  delay.disable();
  return delay.percentile(99) / 1e6;
}

/** How late the caller's event loop runs while the store commits on its thread: what searches of a gateway would notice of writes. */
export async function loopDelay(bed: Bed): Promise<Measurement> {
  const store = await openSqliteStore({ path: bed.path("loop-delay.db") });
  const quiet: number[] = [];
  const writing: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const pending: Promise<unknown>[] = [];
      quiet.push(await delayDuring(() => {}));
      writing.push(await delayDuring(() => void pending.push(store.gateways.heartbeat("gateway", "address", 10_000))));
      await Promise.all(pending);
    }
  } finally {
    await store.close();
  }
  const ratio = spread(writing.map((ms, round) => ms / (quiet[round] ?? Number.NaN)));
  const goal = atMost(1.2);
  return {
    title: "Event loop delay, p99, synchronous=FULL on the store's thread",
    variants: [
      { name: "no writes", callMs: spread(quiet), ratio: { median: 1, min: 1, max: 1 } },
      { name: `${WRITES_PER_MS * 1000} writes/s`, callMs: spread(writing), ratio },
    ],
    goal: goal.text,
    met: goal.met(ratio.median),
  };
}
