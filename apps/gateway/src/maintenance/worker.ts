import type { Clock, Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import { createPause } from "../background/pause.ts";
import { cleanUp, type Retention } from "./clean-up.ts";

/** Cleans up the store, in one of the gateways that share it. */
export interface Maintenance {
  /** Ends after the slice under way, and lets another gateway take over at once. */
  close(): Promise<void>;
}

export interface MaintenanceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names this gateway to the others. */
  readonly holder: string;
  /** The pause between two rounds. */
  readonly intervalMs: number;
  /** How long the owner may be silent before another gateway takes over; three intervals unless told. */
  readonly leaseMs?: number | undefined;
  readonly retention: Retention;
}

const SCOPE = "maintenance";
/** How many rounds the owner may miss before another gateway takes over. */
const MISSED_ROUNDS = 3;

/**
 * Rounds of cleaning up, the first at once. Each begins by taking the lease, which whoever has it keeps, and ends early when it
 * is lost. What fails is logged when it begins to fail, and tried again by the next round.
 */
export function startMaintenance(options: MaintenanceOptions): Maintenance {
  const { store, clock, log, holder, intervalMs, retention } = options;
  const ttlMs = options.leaseMs ?? intervalMs * MISSED_ROUNDS;
  let isClosed = false;
  let isFailing = false;
  let held: number | null = null;
  const pausing = createPause();

  async function pause(ms: number): Promise<void> {
    if (!isClosed) await pausing.wait(ms);
  }

  async function round(): Promise<void> {
    held = null;
    const { acquired, lease } = await store.leaderLease.acquire(SCOPE, holder, ttlMs);
    if (!acquired) return;
    const { epoch } = lease;
    held = epoch;
    let renewAt = performance.now() + ttlMs / 2;
    async function mayGoOn(): Promise<boolean> {
      if (!isClosed && performance.now() >= renewAt) {
        await store.leaderLease.renew(SCOPE, holder, epoch, ttlMs);
        renewAt = performance.now() + ttlMs / 2;
      }
      return !isClosed;
    }
    const fence = { scope: SCOPE, epoch };
    const elapsed = () => performance.now();
    const done = await cleanUp({ store, clock, retention, fence, mayGoOn, elapsed, pause });
    if (done.expired + done.tasks + done.jobs > 0) log.info(done, "cleaned up the store");
  }

  async function work(): Promise<void> {
    while (!isClosed) {
      try {
        await round();
        if (isFailing) log.info("cleaning up the store works again");
        isFailing = false;
      } catch (error) {
        if (!isFailing && !isClosed) log.warn({ err: error }, "cleaning up the store failed; it is tried again");
        isFailing = true;
      }
      await pause(intervalMs);
    }
  }

  const working = work();
  return {
    async close() {
      isClosed = true;
      pausing.end();
      await working;
      if (held === null) return;
      await store.leaderLease.release(SCOPE, holder, held).catch((error) => {
        log.debug({ err: error }, "the lease of cleaning up was left to expire");
      });
    },
  };
}
