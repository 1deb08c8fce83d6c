import type { TaskRow } from "@miroir/schema";
import { isFinished, type Store, StoreError, UNFINISHED_STATUSES } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import { askNodes } from "./ask-nodes.ts";
import { cancelOnNode } from "./cancel-on-node.ts";
import { finalDetails } from "./details.ts";
import { hiddenOf, shownDetails, withHidden } from "./hidden-details.ts";
import { eachTask } from "./list.ts";
import { LOST } from "./node-task.ts";
import { filtersOf, type OwnTask, onlyBefore } from "./own-task.ts";

interface Deps {
  readonly store: Store;
  readonly cluster: Cluster;
  readonly log: Logger;
  /** Takes back what was registered when these tasks, which were canceled, were accepted. */
  readonly undo: (canceled: AsyncIterable<TaskRow>) => Promise<void>;
}

/** How many tasks are asked about at once. */
const STEP = 200;

/** They are worked off at once, or, as a swap, are what the writes accepted after them already go by. */
const OWN_TYPES = new Set(["taskCancelation", "taskDeletion", "indexSwap"]);

/**
 * Works off a `taskCancelation`. First each task it is about gets its uid in `canceledBy`, which is durable and known to all
 * gateways; then those tasks are canceled on the nodes. What comes of it is for whoever follows them to judge (outcome.ts):
 * canceled is a task that no node has processed. One that some node has ended already is left to the other nodes as well.
 */
export function createCancelation(first: TaskRow, { store, cluster, log, undo }: Deps): OwnTask {
  const { tasks } = store;
  let row = first;
  /** The nodes that know of it, by task. */
  const told = new Map<number, Set<string>>();
  const leftAlone = new Set<number>();

  const marked = (statuses: readonly TaskRow["status"][]) => ({ canceledBy: [row.uid], statuses });

  async function markAll(): Promise<void> {
    for (const filter of filtersOf(row)) {
      const statuses = UNFINISHED_STATUSES.filter((status) => filter.statuses?.includes(status) ?? true);
      for await (const task of eachTask(tasks, { ...onlyBefore(row, filter), statuses }))
        if (task.uid < row.uid && !OWN_TYPES.has(task.type)) await mark(task);
    }
    const details = withHidden(shownDetails(row), { ...hiddenOf(row), isMarked: true });
    row = await tasks.transition(row.uid, { status: "processing", details });
  }

  async function mark(task: TaskRow): Promise<void> {
    const isOnNodes = Object.keys(task.nodeTasks).length > 0;
    // One that nodes have no part in and that has begun is not to be stopped from here.
    if (!isOnNodes && task.status === "processing") return;
    const nothing = { task, succeeded: false, reports: new Map(), shards: [], placement: cluster.placement };
    const change = isOnNodes
      ? { status: task.status }
      : { status: "canceled" as const, startedAt: row.enqueuedAt, details: finalDetails(nothing) };
    try {
      await tasks.transition(task.uid, { ...change, canceledBy: row.uid });
    } catch (error) {
      if (!(error instanceof StoreError) || !["not_found", "illegal_transition"].includes(error.code)) throw error;
      const present = await tasks.get(task.uid);
      if (present?.status === "processing") await mark(present);
    }
  }

  /** Tells the nodes that do not know yet. @returns whether some task has still to end. */
  async function press(targets: readonly TaskRow[]): Promise<boolean> {
    const nodesLeft = ({ uid, nodeTasks }: TaskRow) =>
      Object.keys(nodeTasks).filter((node) => told.get(uid)?.has(node) !== true);
    const untold = targets.filter((task) => nodesLeft(task).length > 0);
    for (let from = 0; from < untold.length; from += STEP) await tell(untold.slice(from, from + STEP));
    return targets.some(({ uid }) => !leftAlone.has(uid));
  }

  async function tell(targets: readonly TaskRow[]): Promise<void> {
    const followed = targets.map((task) => ({ row: task, shards: null, reports: new Map() }));
    const answers = await askNodes(cluster, followed);
    for (const { taskUid, report } of answers) {
      const isProcessed = report.status === "succeeded" || (report.status === "failed" && report !== LOST);
      if (isProcessed) leftAlone.add(taskUid);
    }
    const know = (taskUid: number, node: string) => told.set(taskUid, (told.get(taskUid) ?? new Set()).add(node));
    const byNode = new Map<string, { taskUid: number; nodeUid: number }[]>();
    for (const { taskUid, node, report } of answers) {
      if (leftAlone.has(taskUid) || told.get(taskUid)?.has(node)) continue;
      const nodeUid = targets.find(({ uid }) => uid === taskUid)?.nodeTasks[node]?.uid;
      if (isFinished(report.status) || nodeUid === undefined) know(taskUid, node);
      else byNode.set(node, [...(byNode.get(node) ?? []), { taskUid, nodeUid }]);
    }
    await Promise.all(
      [...byNode].map(async ([node, parts]) => {
        const uids = parts.map(({ nodeUid }) => nodeUid);
        if (!(await cancelOnNode({ cluster, log }, node, uids))) return;
        for (const { taskUid } of parts) know(taskUid, node);
      }),
    );
  }

  async function collect(statuses: readonly TaskRow["status"][]): Promise<TaskRow[]> {
    const rows: TaskRow[] = [];
    for await (const task of eachTask(tasks, marked(statuses))) rows.push(task);
    return rows;
  }

  return {
    async advance() {
      if (hiddenOf(row)?.isMarked !== true) await markAll();
      const targets = (await collect(UNFINISHED_STATUSES)).filter(({ uid }) => !leftAlone.has(uid));
      if (await press(targets)) return "waiting";
      await undo(eachTask(tasks, marked(["canceled"])));
      const { total } = await tasks.list(marked(["canceled"]), { limit: 0 });
      await tasks.transition(row.uid, { status: "succeeded", details: { ...shownDetails(row), canceledTasks: total } });
      return "done";
    },
  };
}
