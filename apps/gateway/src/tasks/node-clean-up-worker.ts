import type { Store } from "@miroir/store-contract";
import { cleanUpNodes, type NodeCleanUpDeps } from "./node-clean-up.ts";

export interface NodeCleanUpOptions extends NodeCleanUpDeps {
  readonly store: Store;
  /** Names this gateway to the others. */
  readonly holder: string;
}

/** Of the gateways that share a store, one cleans up the nodes. */
const SCOPE = "node-clean-up";
const INTERVAL_MS = 60_000;
/** The one may miss two rounds before another takes over. */
const TTL_MS = 3 * INTERVAL_MS;

export interface NodeCleanUp {
  /** Ends after the round under way, and lets another gateway take over at once. */
  close(): Promise<void>;
}

/** Cleans up the nodes once a minute; what fails is tried again by the next round. */
export function startNodeCleanUp(options: NodeCleanUpOptions): NodeCleanUp {
  const { store, log, holder } = options;
  let running: Promise<void> = Promise.resolve();
  let isFailing = false;
  let held: number | null = null;

  async function round(): Promise<void> {
    try {
      const { acquired, lease } = await store.leaderLease.acquire(SCOPE, holder, TTL_MS);
      held = acquired ? lease.epoch : null;
      if (acquired) await cleanUpNodes(options);
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ err: error }, "cleaning up the nodes' tasks failed; it is tried again");
      isFailing = true;
    }
  }

  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    running = round().finally(() => {
      isBusy = false;
    });
  }, INTERVAL_MS);
  return {
    async close() {
      clearInterval(timer);
      await running;
      if (held === null) return;
      await store.leaderLease.release(SCOPE, holder, held).catch((error) => {
        log.debug({ err: error }, "the lease of cleaning up nodes was left to expire");
      });
    },
  };
}
