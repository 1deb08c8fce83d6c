import type { IndexRow } from "@miroir/schema";
import type { Logger } from "pino";
import { createPause } from "../background/pause.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { seeNodes } from "./nodes.ts";
import type { Settler } from "./settle.ts";
import { isChanging, type SettingsVersions } from "./versions.ts";

/** Looks after settings that were changed behind the gateways' back, and nodes that missed a change. */
export interface DriftCheck {
  /** Checks an index at once, whoever's it is. */
  checkNow(physicalUid: string): void;
  /** Ends after the index under way. */
  close(): Promise<void>;
}

export interface DriftCheckOptions {
  readonly cluster: Cluster;
  readonly settler: Settler;
  readonly versions: SettingsVersions;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly indexes: () => Promise<readonly IndexRow[]>;
  /** Whether an index is this gateway's to check, by its uid on nodes. */
  readonly owns: (physicalUid: string) => boolean;
  /** The pause between two rounds. */
  readonly intervalMs: number;
}

/** Frozen indexes are looked at this often: clients wait for them. */
const FROZEN_INTERVAL_MS = 2_000;

/**
 * Rounds over the indexes that are this gateway's: the first at once, the next after the interval or when a node comes back. What fails
 * is logged and left to the next round.
 */
export function startDriftCheck(options: DriftCheckOptions): DriftCheck {
  const { cluster, settler, versions, metrics, log, intervalMs } = options;
  let isClosed = false;
  /** To be looked at in any case: all of ours, or some. */
  let isDue = true;
  let isAnyFrozen = false;
  const due = new Set<string>();
  const pause = createPause();

  async function isAsAgreed(physicalUid: string): Promise<boolean> {
    const agreed = settler.agreedOn(physicalUid);
    const known = await versions.of(physicalUid);
    if (!agreed || known.settled !== agreed.version || isChanging(known) || known.isFrozen) return false;
    const { seen, without } = await seeNodes(cluster, physicalUid);
    return (
      without.length === 0 &&
      seen.every(
        ({ node, hashes, broken }) =>
          broken.size === 0 &&
          known.nodes.get(node) === agreed.version &&
          Object.entries(hashes).every(([key, hash]) => agreed.hashes[key] === hash),
      )
    );
  }

  async function check(physicalUid: string): Promise<void> {
    if (await isAsAgreed(physicalUid)) return;
    const before = await versions.of(physicalUid);
    let drifted: readonly string[] = [];
    const settled = await settler.settle(physicalUid, null, (nodes) => {
      // One that missed a change was not changed by anybody else.
      drifted = nodes.filter((node) => before.nodes.get(node) === before.settled && !before.isFrozen);
      metrics.settingsDrift.inc(drifted.length);
      if (drifted.length > 0) log.warn({ index: physicalUid, nodes: drifted }, "settings were changed on nodes");
    });
    if (settled === "agreed") metrics.settingsRepaired.inc(drifted.length);
  }

  async function round(): Promise<void> {
    const isWhole = isDue;
    isDue = false;
    const now = new Set(due);
    due.clear();
    const ours = (await options.indexes()).map(({ physicalUid }) => physicalUid);
    for (const physicalUid of ours) {
      if (isClosed) return;
      const isMine = options.owns(physicalUid);
      const isWanted = now.has(physicalUid) || (isMine && (isWhole || (await versions.of(physicalUid)).isFrozen));
      if (isWanted) await check(physicalUid);
    }
    isAnyFrozen = (await versions.countFrozen()) > 0;
    if (isWhole) metrics.settingsChecked.set(Date.now() / 1000);
  }

  async function work(): Promise<void> {
    let wholeAt = performance.now();
    while (!isClosed) {
      try {
        if (performance.now() >= wholeAt) {
          isDue = true;
          wholeAt = performance.now() + intervalMs;
        }
        await round();
      } catch (error) {
        if (isClosed) return;
        log.warn({ err: error }, "settings could not be checked; it is tried again");
      }
      if (isClosed || isDue || due.size > 0) continue;
      const untilWhole = Math.max(0, wholeAt - performance.now());
      await pause.wait(isAnyFrozen ? Math.min(FROZEN_INTERVAL_MS, untilWhole) : untilWhole);
    }
  }

  const stopListening = cluster.onChange((_node, state) => {
    if (state !== "up") return;
    isDue = true;
    pause.end();
  });
  const working = work();
  return {
    checkNow(physicalUid) {
      due.add(physicalUid);
      pause.end();
    },
    async close() {
      isClosed = true;
      stopListening();
      pause.end();
      await working;
    },
  };
}
