import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { IndexLocks } from "../context.ts";
import { createLocalQueue } from "./local-queue.ts";
import { type TurnLease, takeTurn } from "./turn-lease.ts";

/** How long a gateway that is alone keeps a turn in which nothing happens. */
const LINGER_MS = 500;
/** How long one of several gateways keeps a turn that always has work, and how long it then lets the others try. */
const HOLD_MS = 400;
const YIELD_MS = 30;

export interface TurnsOptions {
  readonly store: Pick<Store, "leaderLease">;
  readonly log: Logger;
  /** Whether no other gateway shares the store; one that has just come may have to wait for a lingering turn. */
  readonly isAlone: () => boolean;
  /** Makes sure that the index is looked at: some gateway's writes to it may have reached some nodes only. */
  readonly onDoubt: (indexUid: string) => Promise<void>;
  /** Called with each new turn, before anything is done in it. */
  readonly onTaken: () => Promise<void>;
}

export interface Turns extends IndexLocks {
  /** Gives up all turns, once the work in them has ended. */
  close(): Promise<void>;
}

/**
 * The turns of this gateway. Two writes that reach two replicas of a document in different orders leave them different for ever;
 * node queues are FIFO, so it is enough that the writes of an index are handed over one after another. Within the gateway a queue
 * sees to that, and between gateways a lease, which a gateway keeps while its queue has work.
 */
export function createTurns({ isAlone, ...options }: TurnsOptions): Turns {
  const holder = randomUUID();
  const queue = createLocalQueue();
  const held = new Map<string, TurnLease>();
  /** Ends turns in which nothing happened for a while. */
  const lingering = new Map<string, NodeJS.Timeout>();
  const ending = new Map<string, Promise<void>>();

  async function take(indexUid: string): Promise<TurnLease> {
    clearTimeout(lingering.get(indexUid));
    lingering.delete(indexUid);
    await ending.get(indexUid);
    const kept = held.get(indexUid);
    if (kept?.isUnbroken()) return kept;
    await kept?.end();
    const turn = await takeTurn({ ...options, holder, indexUid });
    held.set(indexUid, turn);
    return turn;
  }

  function give(indexUid: string, turn: TurnLease, isBusy: boolean): void {
    held.delete(indexUid);
    const done = turn.end().then(() => (isBusy ? sleep(YIELD_MS) : undefined));
    ending.set(
      indexUid,
      done.finally(() => ending.delete(indexUid)),
    );
  }

  /** Keeps the turn for what comes next, or gives it up. */
  function pass(indexUid: string, turn: TurnLease): void {
    const isBusy = queue.isWaiting(indexUid);
    if (isAlone()) {
      if (!isBusy) lingering.set(indexUid, setTimeout(give, LINGER_MS, indexUid, turn, false));
    } else if (!isBusy || turn.heldMs() > HOLD_MS) give(indexUid, turn, isBusy);
  }

  const turns: Turns = {
    run: (indexUid, work) =>
      queue.run(indexUid, async () => {
        const turn = await take(indexUid);
        try {
          return await work();
        } finally {
          pass(indexUid, turn);
        }
      }),
    // In one order everywhere, or two callers could each wait for what the other has.
    runAll: (indexUids, work) =>
      [...new Set(indexUids)].sort().reduceRight((inner, uid) => () => turns.run(uid, inner), work)(),
    turnOf: (indexUid) => held.get(indexUid) ?? null,
    async close() {
      await queue.drained();
      for (const timer of lingering.values()) clearTimeout(timer);
      for (const [indexUid, turn] of held) give(indexUid, turn, false);
      await Promise.all(ending.values());
    },
  };
  return turns;
}
