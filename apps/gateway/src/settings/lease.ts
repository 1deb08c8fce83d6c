import { setTimeout as sleep } from "node:timers/promises";
import { MeilisearchError } from "@miroir/meilisearch";
import type { Fence, Store } from "@miroir/store-contract";
import { createLocalQueue } from "../turns/local-queue.ts";
import { readState, type SettingsState } from "./state.ts";

/** The right to change the settings of one index, for as long as the work lasts that it was given for. */
export interface HeldLease {
  /** The state as it was found, and then as it was last saved. */
  readonly state: SettingsState;
  /** Every write that belongs to the work carries it: a gateway that was paused past its right can change nothing. */
  readonly fence: Fence;
  /** Keeps the state for whoever comes next. @throws StoreError not_holder when the right has passed on */
  save(state: SettingsState): Promise<void>;
}

export interface SettingsLeases {
  /**
   * Does work on the settings of an index while nobody else does any.
   * @throws MeilisearchError miroir_settings_busy when others hold the right for too long; StoreError
   */
  run<T>(physicalUid: string, work: (held: HeldLease) => Promise<T>): Promise<T>;
}

const TTL_MS = 10_000;
const WAIT_MS = 15_000;
const BETWEEN_TRIES_MS = 20;

/** The name of the lease: no index has a colon in its own. */
const settingsScope = (physicalUid: string): string => `settings:${physicalUid}`;

/** @param holder names this process to the others */
export function createSettingsLeases({ leaderLease }: Pick<Store, "leaderLease">, holder: string): SettingsLeases {
  /** A holder gets its own lease again, so that within this process one has to wait for the other. */
  const locks = createLocalQueue();

  async function acquire(scope: string): Promise<{ epoch: number; state: SettingsState }> {
    const until = performance.now() + WAIT_MS;
    for (;;) {
      const { acquired, lease } = await leaderLease.acquire(scope, holder, TTL_MS);
      if (acquired) return { epoch: lease.epoch, state: readState(lease.state) };
      if (performance.now() > until)
        throw new MeilisearchError("miroir_settings_busy", "The settings of the index are being changed.");
      await sleep(BETWEEN_TRIES_MS);
    }
  }

  async function hold<T>(physicalUid: string, work: (held: HeldLease) => Promise<T>): Promise<T> {
    const scope = settingsScope(physicalUid);
    const { epoch, state: found } = await acquire(scope);
    let state = found;
    // What cannot be renewed is lost, and every write after that is refused.
    const renewing = setInterval(() => {
      leaderLease.renew(scope, holder, epoch, TTL_MS).catch(() => undefined);
    }, TTL_MS / 3);
    try {
      return await work({
        get state() {
          return state;
        },
        fence: { scope, epoch },
        async save(next) {
          await leaderLease.saveState(scope, epoch, next);
          state = next;
        },
      });
    } finally {
      clearInterval(renewing);
      // One that cannot be given back ends by itself.
      await leaderLease.release(scope, holder, epoch).catch(() => undefined);
    }
  }

  return { run: (physicalUid, work) => locks.run(physicalUid, () => hold(physicalUid, work)) };
}
