import { NodeFailure } from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import { type Clock, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import { createPause } from "../background/pause.ts";
import { ANY_NODE, type Hints } from "../hints/hints.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { RepairFailure } from "../repair/node-tasks.ts";
import { type CompareDeps, compareShard } from "./compare-shard.ts";

export interface AntiEntropyOptions extends CompareDeps {
  readonly hints: Hints;
  readonly indexes: () => Promise<readonly IndexRow[]>;
  /** Whether the work that `key` names is this gateway's. */
  readonly owns: (key: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** The pause between two rounds, and before the first. */
  readonly intervalMs: number;
}

/**
 * Rounds over the shards of all indexes, as far as they are this gateway's, one shard at a time. Shards whose copies differ are noted
 * for repair, which makes them equal in the index's turn. What fails is left to the next round.
 */
export function startAntiEntropy(options: AntiEntropyOptions): { close(): Promise<void> } {
  const { cluster, hints, log, metrics, owns, clock, intervalMs } = options;
  let isClosed = false;
  const pause = createPause();

  async function compare(index: IndexRow, shard: number): Promise<void> {
    const outcome = await compareShard(options, index, shard).catch((error) => {
      if (!(error instanceof RepairFailure) && !(error instanceof NodeFailure)) throw error;
      log.debug({ index: index.uid, shard, err: error }, "copies of a shard could not be compared");
      return "skipped" as const;
    });
    metrics.comparedShards.inc({ outcome });
    if (outcome !== "different") return;
    log.warn({ index: index.uid, shard }, "copies of a shard differ; they are made equal");
    await hints.note(ANY_NODE, index.physicalUid, [shard]);
  }

  async function round(): Promise<void> {
    const indexes = (await options.indexes()).filter(({ primaryKey }) => primaryKey !== null);
    const shards = [...cluster.placement.targets.keys()];
    for (const [at, index] of indexes.entries()) {
      for (const shard of shards) {
        if (isClosed) return;
        if (owns(`${index.physicalUid} ${shard}`)) await compare(index, shard);
        metrics.antiEntropyProgress.set((at + (shard + 1) / shards.length) / indexes.length);
      }
    }
    metrics.antiEntropyProgress.set(1);
    metrics.antiEntropyCompleted.set(clock.now() / 1000);
  }

  async function work(): Promise<void> {
    while (!isClosed) {
      await pause.wait(intervalMs);
      if (isClosed) return;
      try {
        await round();
      } catch (error) {
        if (!isClosed) log[error instanceof StoreError ? "warn" : "error"]({ err: error }, "comparing copies failed");
      }
    }
  }

  const working = work();
  return {
    async close() {
      isClosed = true;
      pause.end();
      await working;
    },
  };
}
