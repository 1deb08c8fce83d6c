import { MeilisearchError, NodeFailure } from "@miroir/meilisearch";
import type { IndexRow, WriteHintRow } from "@miroir/schema";
import { StoreError } from "@miroir/store-contract";
import { createPause } from "../background/pause.ts";
import { ANY_NODE } from "../hints/hints.ts";
import { listBrokenTurns } from "../turns/broken-turns.ts";
import type { RepairDeps } from "./deps.ts";
import { noteLostIndexes, noteLostNode } from "./lost-indexes.ts";
import { LostIndex, RepairFailure } from "./node-tasks.ts";
import { repairHint } from "./repair-hint.ts";

/** Repairs what hints name, in the gateway that owns the work. */
export interface RepairWorker {
  /** Ends after the step under way. */
  close(): Promise<void>;
}

export interface RepairWorkerOptions extends RepairDeps {
  readonly indexes: () => Promise<readonly IndexRow[]>;
  /** Whether the work that `key` names is this gateway's. */
  readonly owns: (key: string) => boolean;
}

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30_000;
/** Hints are looked at this often even if nothing wakes the worker, since work passes from gateway to gateway. */
const ROUND_MS = 2_000;
/** How often turns are looked for that were broken off, and that nobody takes. */
const TURNS_MS = 5_000;

/** Failures that the next try may not meet; anything else is a mistake of ours. */
const isExpected = (error: unknown): boolean =>
  [RepairFailure, NodeFailure, StoreError, MeilisearchError].some((kind) => error instanceof kind);

interface Lane {
  wake(): void;
  /** When each index may be tried again, and how long it waits if that fails too. */
  readonly waits: Map<string, { until: number; pauseMs: number }>;
  /** It may have lost indexes; `hasLost`: it is known to have lost all. */
  isSuspect: boolean;
  hasLost: boolean;
  readonly done: Promise<void>;
}

/**
 * Works on every node by itself, one index after the other, so that a node that is slow holds up no other; and on what concerns no node in
 * particular. A node's waits end when it comes back.
 */
export function startRepair(options: RepairWorkerOptions): RepairWorker {
  const { cluster, hints, log, metrics, owns } = options;
  let isClosed = false;
  let turnsAt = 0;
  const lanes = new Map<string, Lane>();
  for (const node of [...cluster.nodeIds, ANY_NODE]) lanes.set(node, startLane(node));
  const wakeAll = () => {
    for (const lane of lanes.values()) lane.wake();
  };
  const stopHints = hints.onChange(wakeAll);
  const stopNodes = cluster.onChange((node, state) => {
    if (state !== "up") return;
    suspect(node);
    for (const lane of lanes.values()) lane.waits.clear();
    wakeAll();
  });
  const stopLosses = cluster.onLoss((node, loss) => {
    const lane = lanes.get(node);
    if (!lane) return;
    if (loss === "possible") return suspect(node);
    // At once: noting it takes a moment, in which the node can be asked already for what it has not.
    hints.distrust(node);
    lane.hasLost = true;
    lane.wake();
  });

  function suspect(node: string): void {
    const lane = lanes.get(node);
    if (!lane || lane.isSuspect) return;
    lane.isSuspect = true;
    lane.wake();
  }

  function startLane(node: string): Lane {
    const pausing = createPause();
    let isAwake = false;
    const lane: Omit<Lane, "done"> = {
      waits: new Map(),
      isSuspect: node !== ANY_NODE,
      hasLost: false,
      wake() {
        isAwake = true;
        pausing.end();
      },
    };

    async function work(): Promise<void> {
      while (!isClosed) {
        isAwake = false;
        await round(node, lane);
        const soonest = Math.min(...[...lane.waits.values()].map(({ until }) => until - performance.now()), ROUND_MS);
        if (!isAwake && !isClosed) await pausing.wait(Math.max(soonest, FIRST_PAUSE_MS));
      }
    }
    return Object.assign(lane, { done: work() });
  }

  async function round(node: string, lane: Omit<Lane, "done" | "wake">): Promise<void> {
    if (node === ANY_NODE) await endBrokenTurns();
    else if (!cluster.isUsable(node)) return;
    if (lane.isSuspect || lane.hasLost) await noteLosses(node, lane);
    for (const hint of hints.list()) {
      if (isClosed || lane.hasLost) return;
      if (hint.nodeId === node && owns(`${node} ${hint.indexUid}`)) await repair(hint, lane.waits);
    }
  }

  async function endBrokenTurns(): Promise<void> {
    if (performance.now() < turnsAt) return;
    turnsAt = performance.now() + TURNS_MS;
    try {
      for (const indexUid of await listBrokenTurns(options.store)) {
        if (isClosed) return;
        // Whoever takes it notes what is to be compared.
        if (owns(indexUid)) await options.indexLocks.run(indexUid, async () => undefined);
      }
    } catch (error) {
      if (!isExpected(error)) log.error({ err: error }, "looking for turns that were broken off failed");
    }
  }

  async function noteLosses(node: string, lane: Pick<Lane, "isSuspect" | "hasLost">): Promise<void> {
    const { hasLost } = lane;
    Object.assign(lane, { isSuspect: false, hasLost: false });
    try {
      const rows = await options.indexes();
      if (hasLost) {
        await noteLostNode(options, node, rows);
        // Unless it has lost all again meanwhile.
        if (!lane.hasLost) hints.trust(node);
      } else if ((await noteLostIndexes(options, node, rows)) > 0) cluster.forgetTasks(node);
    } catch (error) {
      lane.isSuspect = true;
      lane.hasLost ||= hasLost;
      if (!isExpected(error)) log.error({ node, err: error }, "looking for lost indexes failed");
    }
  }

  async function repair(hint: WriteHintRow, waits: Lane["waits"]): Promise<void> {
    const { nodeId: node, indexUid } = hint;
    const wait = waits.get(indexUid);
    if (wait && wait.until > performance.now()) return;
    let outcome: "repaired" | "waiting" | "failed";
    try {
      outcome = await repairHint(options, hint);
    } catch (error) {
      if (isClosed) return;
      outcome = "failed";
      if (error instanceof LostIndex) suspect(error.node);
      const level = isExpected(error) ? "warn" : "error";
      log[level]({ node, indexUid, err: error }, "a repair failed; it is tried again");
    }
    metrics.repairs.inc({ outcome });
    waits.delete(indexUid);
    if (outcome === "repaired") log.info({ node, indexUid }, "repaired");
    else {
      const pauseMs = Math.min(2 * (wait?.pauseMs ?? FIRST_PAUSE_MS / 2), MAX_PAUSE_MS);
      waits.set(indexUid, { until: performance.now() + pauseMs, pauseMs });
    }
  }

  return {
    async close() {
      isClosed = true;
      stopHints();
      stopNodes();
      stopLosses();
      wakeAll();
      await Promise.all([...lanes.values()].map(({ done }) => done));
    },
  };
}
