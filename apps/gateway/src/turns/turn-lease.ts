import { setTimeout as sleep } from "node:timers/promises";
import { MeilisearchError } from "@miroir/meilisearch";
import { type Fence, type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Turn } from "../context.ts";

/** How long the turn of a gateway that died stays taken. */
const LEASE_MS = 3_000;
const RENEW_MS = 750;
/** With less left of it nothing more is handed out: what a slow node takes late would come into another gateway's turn. */
const LEAST_LEFT_MS = 1_000;
/** How long a write waits for another gateway's turn to end. */
const WAIT_MS = 30_000;
/** Between two tries, drawn anew each time, so that waiting gateways do not go in step. */
const RETRY_MS = { least: 4, most: 20 } as const;

const SCOPE = "writes:";

/** The index whose turn a lease is; `null`: it is another lease. */
export const indexOfScope = (scope: string): string | null =>
  scope.startsWith(SCOPE) ? scope.slice(SCOPE.length) : null;

export interface TurnLeaseOptions {
  readonly store: Pick<Store, "leaderLease">;
  readonly log: Logger;
  /** Names this gateway to the others. */
  readonly holder: string;
  readonly indexUid: string;
  /** Makes sure that the index is looked at: some gateway's writes to it may have reached some nodes only. */
  readonly onDoubt: (indexUid: string) => Promise<void>;
  /** Called with each new turn, before anything is done in it. */
  readonly onTaken: () => Promise<void>;
}

/** A turn with what its owner does to it. */
export interface TurnLease extends Turn {
  readonly heldMs: () => number;
  /** Gives it up, so that another gateway gets it at once. Never fails: what cannot be given up expires. */
  end(): Promise<void>;
}

/**
 * Takes the turn of an index, a lease in the store, and keeps it until it is given up. The lease's state names the last epoch that
 * ended well; the next holder who finds another one knows that writes were broken off. Time is counted here from before the store was
 * asked, on a clock that nobody sets, so that the gateway takes the lease for over before the store does.
 *
 * @throws MeilisearchError miroir_no_turn when another gateway has it for too long; StoreError
 */
export async function takeTurn(options: TurnLeaseOptions): Promise<TurnLease> {
  const { store, log, holder, indexUid, onDoubt, onTaken } = options;
  const { leaderLease } = store;
  const scope = SCOPE + indexUid;
  const { epoch, state, since } = await acquire();
  const fence: Fence = { scope, epoch };
  let until = since + LEASE_MS;
  let isLost = false;
  let isDoubtful = false;
  let renewing: Promise<void> | null = null;

  async function acquire(): Promise<{ epoch: number; state: unknown; since: number }> {
    const giveUpAt = performance.now() + WAIT_MS;
    for (;;) {
      const since = performance.now();
      const { acquired, lease } = await leaderLease.acquire(scope, holder, LEASE_MS);
      if (acquired) return { epoch: lease.epoch, state: lease.state, since };
      if (since > giveUpAt) throw noTurn("Another gateway has been writing to the index for too long");
      await sleep(RETRY_MS.least + Math.random() * (RETRY_MS.most - RETRY_MS.least));
    }
  }

  const isUnbroken = (): boolean => !isLost && performance.now() < until;

  async function renewOnce(): Promise<void> {
    const askedAt = performance.now();
    try {
      await leaderLease.renew(scope, holder, epoch, LEASE_MS);
      until = askedAt + LEASE_MS;
    } catch (error) {
      if (error instanceof StoreError && (error.code === "not_holder" || error.code === "not_found")) isLost = true;
      log.warn({ indexUid, err: error }, "the turn of an index could not be kept");
    }
  }

  function renew(): Promise<void> {
    renewing ??= renewOnce().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  const timer = setInterval(renew, RENEW_MS);
  timer.unref();

  async function settleDoubt(): Promise<void> {
    await onDoubt(indexUid);
    isDoubtful = false;
  }

  const turn: TurnLease = {
    fence,
    isUnbroken,
    heldMs: () => performance.now() - since,
    async ready() {
      if (until - performance.now() < LEAST_LEFT_MS) await renew();
      if (!isUnbroken() || until - performance.now() < LEAST_LEFT_MS)
        throw noTurn("The gateway has lost its turn to write to the index");
    },
    doubt() {
      isDoubtful = true;
    },
    async end() {
      clearInterval(timer);
      try {
        await renewing;
        if (isDoubtful) await settleDoubt();
        if (!isUnbroken()) return;
        await leaderLease.saveState(scope, epoch, { ended: epoch });
        await leaderLease.release(scope, holder, epoch);
      } catch (error) {
        log.debug({ indexUid, err: error }, "the turn of an index was left to expire");
      }
    },
  };

  try {
    await onTaken();
    if (epoch > 1 && !endedWell(state, epoch - 1)) {
      log.warn({ indexUid }, "writes to an index were broken off; its replicas are compared");
      await settleDoubt();
    }
    return turn;
  } catch (error) {
    // Left to expire: whoever has it next finds the same.
    clearInterval(timer);
    throw error;
  }
}

/** Whether a lease's state says that the turn of this epoch was given up in order. */
export const endedWell = (state: unknown, epoch: number): boolean =>
  (state as { ended?: unknown } | null)?.ended === epoch;

export function noTurn(what: string): MeilisearchError {
  return new MeilisearchError("miroir_no_turn", `${what}; the request may be repeated.`);
}
