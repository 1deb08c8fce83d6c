import type { IndexRow } from "@miroir/schema";
import type { Logger } from "pino";
import { createPause } from "../background/pause.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Hints } from "../hints/hints.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { seeNodes } from "./nodes.ts";
import type { Settled, Settler } from "./settle.ts";
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
  readonly hints: Hints;
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

/** Frozen indexes, for which clients wait, and those whose nodes work on a repair are looked at this often. */
const SOON_MS = 2_000;

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
  /** The nodes that somebody changed and that have not been seen to be right since, by index. */
  const drifted = new Map<string, Set<string>>();
  const pause = createPause();

  async function isAsAgreed(physicalUid: string): Promise<boolean> {
    const agreed = settler.agreedOn(physicalUid);
    const known = await versions.of(physicalUid);
    if (!agreed || known.settled !== agreed.version || isChanging(known) || known.isFrozen) return false;
    const { seen, without } = await seeNodes(options, physicalUid);
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
    if ((await isAsAgreed(physicalUid)) || (await settle(physicalUid)) === "agreed") {
      metrics.settingsRepaired.inc(drifted.get(physicalUid)?.size ?? 0);
      drifted.delete(physicalUid);
    }
  }

  async function settle(physicalUid: string): Promise<Settled> {
    const before = await versions.of(physicalUid);
    return settler.settle(physicalUid, null, (nodes) => {
      const known = drifted.get(physicalUid) ?? new Set();
      // One that missed a change was not changed by anybody else.
      const isNew = (node: string) => before.nodes.get(node) === before.settled && !before.isFrozen && !known.has(node);
      const found = nodes.filter(isNew);
      if (found.length === 0) return;
      metrics.settingsDrift.inc(found.length);
      drifted.set(physicalUid, known.union(new Set(found)));
      log.warn({ index: physicalUid, nodes: found }, "settings were changed on nodes");
    });
  }

  async function round(): Promise<void> {
    const isWhole = isDue;
    isDue = false;
    const now = new Set(due);
    due.clear();
    const ours = (await options.indexes()).map(({ physicalUid }) => physicalUid);
    for (const gone of new Set(drifted.keys()).difference(new Set(ours))) drifted.delete(gone);
    for (const physicalUid of ours) {
      if (isClosed) return;
      const isMine = options.owns(physicalUid);
      const isAwaited = now.has(physicalUid) || drifted.has(physicalUid);
      const isWanted = isAwaited || (isMine && (isWhole || (await versions.of(physicalUid)).isFrozen));
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
      await pause.wait(isAnyFrozen || drifted.size > 0 ? Math.min(SOON_MS, untilWhole) : untilWhole);
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
