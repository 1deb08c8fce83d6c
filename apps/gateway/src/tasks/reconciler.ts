import type { TaskRow } from "@miroir/schema";
import { type Clock, type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import { createPause } from "../background/pause.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { IndexLocks } from "../context.ts";
import { ANY_NODE, type Hints } from "../hints/hints.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import { noteIfLost } from "../repair/lost-indexes.ts";
import type { SettingsTasks } from "../settings/follow-task.ts";
import { askNodes } from "./ask-nodes.ts";
import { createCancelation } from "./cancelation.ts";
import { createDeletion } from "./deletion.ts";
import { indexOf, shardsOf } from "./hidden-details.ts";
import { LOST, type NodeTaskReport } from "./node-task.ts";
import { type Followed, judgeTask, type Outcome } from "./outcome.ts";
import { isItsTurn, type OwnTask } from "./own-task.ts";
import { renameSome, renamingOf } from "./rename-tasks.ts";
import { createSwap } from "./swap.ts";
import { undoCanceled } from "./undo-canceled.ts";

/** Follows what nodes make of unfinished tasks and moves the tasks accordingly; works off those that are about other tasks. */
export interface Reconciler {
  /** Takes up what an earlier gateway left unfinished, then works until closed. */
  start(): Promise<void>;
  /** Takes up unfinished tasks that `isOurs` names, such as those of a gateway that has died. Following one twice does no harm. */
  takeUp(isOurs: (taskUid: number) => boolean): Promise<void>;
  /** Follows a new task, beginning at once. */
  follow(row: TaskRow, shards: readonly number[] | null): void;
  /** Ends after the round under way. */
  close(): Promise<void>;
}

const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1_000;
const PAGE = 500;

type Entry = Followed & { row: TaskRow; readonly reports: Map<string, NodeTaskReport> };

export interface ReconcilerDeps {
  readonly store: Store;
  readonly cluster: Cluster;
  readonly indexLocks: IndexLocks;
  readonly hints: Hints;
  readonly log: Logger;
  readonly clock: Clock;
  readonly settingsTasks: SettingsTasks;
}

/** Deleted, or ended by someone else: either way it is no longer ours to follow. */
const isOver = (error: unknown): boolean =>
  error instanceof StoreError && ["not_found", "illegal_transition"].includes(error.code);

/**
 * Keeps in memory what is unfinished. Nothing is lost with it: the store has the node tasks, and the nodes still know how they
 * ended, so after a crash the same questions are asked again.
 */
export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { store, cluster, hints, log, clock, settingsTasks } = deps;
  const entries = new Map<number, Entry>();
  const ownTasks = new Map<number, OwnTask>();
  let isClosed = false;
  let pauseMs = MIN_PAUSE_MS;
  const pause = createPause();
  let running: Promise<void> = Promise.resolve();

  function add(row: TaskRow, shards: readonly number[] | null): void {
    const own = ownTask(row);
    if (own) ownTasks.set(row.uid, ownTasks.get(row.uid) ?? own);
    else if (!entries.has(row.uid)) entries.set(row.uid, { row, shards, reports: new Map() });
  }

  function ownTask(row: TaskRow): OwnTask | null {
    if (row.type === "taskDeletion") return createDeletion(row, store);
    if (row.type === "indexSwap") return createSwap(row, store, clock);
    if (row.type !== "taskCancelation") return null;
    return createCancelation(row, { ...deps, undo: (canceled) => undoCanceled(deps, canceled) });
  }

  async function advance(uid: number, task: OwnTask): Promise<boolean> {
    const state = await task.advance().catch((error) => {
      if (isOver(error)) return "done";
      throw error;
    });
    if (state === "done") ownTasks.delete(uid);
    return state !== "waiting";
  }

  /** A task that changed settings ends only when they were found to be the same everywhere. */
  function whenVerified({ row, reports }: Entry, outcome: Outcome): Outcome {
    if (outcome.kind !== "ended") return outcome;
    const succeeded = [...reports].flatMap(([node, { status }]) => (status === "succeeded" ? [node] : []));
    const end = settingsTasks.endOf(row, outcome, new Set(succeeded), hurry);
    if (end !== null) return end;
    if (row.status !== "enqueued") return { kind: "waiting" };
    const { startedAt } = outcome.transition;
    return { kind: "processing", transition: { status: "processing", ...(startedAt !== undefined && { startedAt }) } };
  }

  async function apply(entry: Entry, outcome: Outcome): Promise<boolean> {
    if (outcome.kind === "waiting") return false;
    const { uid } = entry.row;
    const index = indexOf(entry.row);
    try {
      if (outcome.kind === "processing") {
        entry.row = await store.tasks.transition(uid, outcome.transition);
        return true;
      }
      if (index !== null) {
        // Durable before the task ends: whoever sees that it did must not read these copies.
        for (const { node, shards } of outcome.missed) await hints.note(node, index.physicalUid, shards);
        await hints.note(ANY_NODE, index.physicalUid, outcome.doubtful);
      }
      await store.tasks.updateNodeTasks(uid, outcome.nodeTasks);
      const renamed = outcome.transition.status === "succeeded" ? await renameOlder(entry.row) : "done";
      if (renamed !== "done") return renamed === "moved";
      await store.tasks.transition(uid, outcome.transition);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
    entries.delete(uid);
    return true;
  }

  /** While the task has not ended, so that a crash does not lose what is left to do. */
  async function renameOlder(row: TaskRow): ReturnType<OwnTask["advance"]> {
    const renaming = renamingOf(row);
    if (renaming === null) return "done";
    if (!(await isItsTurn(store.tasks, row.uid))) return "waiting";
    return (await renameSome(store.tasks, renaming, row.uid)) ? "done" : "moved";
  }

  /** @returns whether anything moved. */
  async function round(): Promise<boolean> {
    let moved = false;
    for (const { taskUid, node, report } of await askNodes(cluster, entries.values())) {
      const entry = entries.get(taskUid);
      if (!entry) continue;
      moved ||= entry.reports.get(node)?.status !== report.status;
      entry.reports.set(node, report);
    }
    for (const entry of [...entries.values()]) {
      if (await apply(entry, whenVerified(entry, await judge(entry)))) moved = true;
    }
    for (const [uid, task] of [...ownTasks]) if (await advance(uid, task)) moved = true;
    return moved;
  }

  /** There is something to do at once. */
  function hurry(): void {
    pauseMs = MIN_PAUSE_MS;
    pause.end();
  }

  const unfinished = (): number => entries.size + ownTasks.size;

  const isOut = (node: string) => !cluster.nodeIds.includes(node) || !cluster.isUsable(node);

  async function judge(entry: Entry): Promise<Outcome> {
    const index = indexOf(entry.row);
    const isStale = (node: string, shard: number) => index !== null && lacksWrites(deps, index, node, shard);
    const outcome = judgeTask(entry, cluster.placement, { isOut, isStale });
    if (outcome.kind !== "ended" || outcome.missed.length + outcome.doubtful.length === 0) return outcome;
    // Where nodes differ it depends on what is noted of them, by other gateways this moment too.
    await hints.refresh();
    for (const [node, report] of entry.reports)
      if (index !== null && report === LOST && !isOut(node)) await noteIfLost(deps, node, index.physicalUid);
    return judgeTask(entry, cluster.placement, { isOut, isStale });
  }

  async function work(): Promise<void> {
    while (!isClosed) {
      if (unfinished() === 0) await pause.wait(Number.POSITIVE_INFINITY);
      if (isClosed) return;
      try {
        pauseMs = (await round()) ? MIN_PAUSE_MS : Math.min(pauseMs * 2, MAX_PAUSE_MS);
      } catch (error) {
        if (isClosed) return;
        log.error({ err: error }, "following tasks failed; trying again");
        pauseMs = MAX_PAUSE_MS;
      }
      if (!isClosed && unfinished() > 0) await pause.wait(pauseMs);
    }
  }

  async function takeUp(isOurs: (taskUid: number) => boolean): Promise<void> {
    const before = unfinished();
    let cursor: string | undefined;
    do {
      const page = await store.tasks.listUnfinished({ cursor, limit: PAGE });
      for (const row of page.items) if (isOurs(row.uid)) add(row, shardsOf(row));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    if (unfinished() > before) log.info({ tasks: unfinished() - before }, "taking up unfinished tasks");
    hurry();
  }

  return {
    async start() {
      await takeUp(() => true);
      running = work();
    },
    takeUp,
    follow(row, shards) {
      add(row, shards);
      hurry();
    },
    async close() {
      isClosed = true;
      pause.end();
      await running;
    },
  };
}
