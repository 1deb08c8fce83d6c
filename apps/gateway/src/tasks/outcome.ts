import { MeilisearchError } from "@miroir/meilisearch";
import { judgeWrite, nodesOfShard, type Placement } from "@miroir/routing";
import type { NodeTasks, TaskRow } from "@miroir/schema";
import { isFinished, type TaskTransition } from "@miroir/store-contract";
import { scrubError } from "../execute/node-error.ts";
import { finalDetails } from "./details.ts";
import { indexOf } from "./hidden-details.ts";
import type { NodeTaskReport } from "./node-task.ts";
import { touchedShards } from "./touched-shards.ts";

export interface Followed {
  readonly row: TaskRow;
  /** The shards it touches; `null` when that is not known any more. */
  readonly shards: readonly number[] | null;
  /** The last word of each node that has said something. */
  readonly reports: ReadonlyMap<string, NodeTaskReport>;
}

export type Outcome =
  | { readonly kind: "waiting" }
  | { readonly kind: "processing"; readonly transition: TaskTransition }
  | {
      readonly kind: "ended";
      readonly transition: TaskTransition;
      readonly nodeTasks: NodeTasks;
      /** Nodes that do not have the write, though it stands. */
      readonly missed: readonly { readonly node: string; readonly shards: readonly number[] }[];
      /** Shards whose copies must be compared: the write does not stand, and of their nodes some have done it. */
      readonly doubtful: readonly number[];
    };

/** Writes of documents stand by quorum. What all nodes must agree on, such as settings, fails where one node refuses it. */
const BY_QUORUM: ReadonlySet<string> = new Set(["documentAdditionOrUpdate", "documentDeletion", "documentEdition"]);
export const standsByQuorum = (type: string): boolean => BY_QUORUM.has(type);

/** What is known of the nodes beside what they say of the task. */
export interface NodesKnown {
  isOut(node: string): boolean;
  /** Whether the node's copy of a shard of the task's index misses writes. */
  isStale(node: string, shard: number): boolean;
}

const partlyCanceledError = () =>
  new MeilisearchError(
    "miroir_partly_canceled",
    "Some nodes had already done this task when the others canceled it, so it is done in part. Send it again to complete it.",
  ).toJSON();

const lostError = () =>
  new MeilisearchError("internal", "The nodes that took this task lost it before it was done.").toJSON();

/**
 * What a task has come to, from what its nodes say. It ends when every node task has ended; a node that is out is not waited
 * for once the others alone make the write stand. Copies that miss other writes are repaired from one that misses none, and what they
 * have and that one has not goes: by them alone no documents stand. The task is canceled when some node has canceled it and none
 * has processed it. Where others had done it before: a write that stands by their quorum succeeded, and any other failed, since it is
 * there in part.
 */
export function judgeTask(followed: Followed, placement: Placement, { isOut, isStale }: NodesKnown): Outcome {
  const { row, reports } = followed;
  const nodes = Object.keys(row.nodeTasks);
  const ended = nodes.filter((node) => isFinished(reports.get(node)?.status ?? "enqueued"));
  const open = nodes.filter((node) => !ended.includes(node));
  const succeeded = new Map(
    ended.flatMap((node) => {
      const report = reports.get(node);
      return report?.status === "succeeded" ? [[node, report] as const] : [];
    }),
  );
  const shards = nodes.length === 0 ? [] : (followed.shards ?? touchedShards(placement, nodes));
  const isByQuorum = standsByQuorum(row.type);
  const agrees = (owner: string, shard: number) =>
    succeeded.has(owner) || !nodes.includes(owner) || isStale(owner, shard);
  const counts = (node: string, shard: number) =>
    !isByQuorum || !isStale(node, shard) || nodesOfShard(placement, shard).every((owner) => agrees(owner, shard));
  const isDoneInPart = (shard: number) =>
    new Set(nodesOfShard(placement, shard).map((node) => succeeded.has(node))).size > 1;
  const verdict = judgeWrite(placement, shards, (node, shard) => succeeded.has(node) && counts(node, shard));

  if (open.some((node) => !isOut(node)) || (open.length > 0 && !verdict.stands)) return progress(followed);

  const failed = placement.nodes.flatMap((node) => (ended.includes(node) ? (reports.get(node)?.error ?? []) : []));
  const canceled = ended.filter((node) => reports.get(node)?.status === "canceled");
  const stands = verdict.stands && (isByQuorum || failed.length + canceled.length === 0);
  const isCanceled = !stands && canceled.length > 0 && succeeded.size + failed.length === 0;
  const status = stands ? "succeeded" : isCanceled ? "canceled" : "failed";
  const { startedAt, finishedAt } = timesOf(followed);
  return {
    kind: "ended",
    transition: {
      status,
      details: finalDetails({ task: row, succeeded: stands, reports: succeeded, shards, placement }),
      error:
        status === "failed"
          ? scrubError(failed[0] ?? (canceled.length > 0 ? partlyCanceledError() : lostError()), indexOf(row))
          : null,
      ...(startedAt !== null && { startedAt }),
      ...(finishedAt !== null && { finishedAt }),
    },
    nodeTasks: Object.fromEntries(
      ended.flatMap((node) => {
        const uid = row.nodeTasks[node]?.uid;
        const report = reports.get(node);
        return uid === undefined || !report ? [] : [[node, { uid, status: report.status }]];
      }),
    ),
    missed: stands ? verdict.missed.filter(({ node }) => nodes.includes(node) && !succeeded.has(node)) : [],
    doubtful: isByQuorum && !stands ? shards.filter(isDoneInPart) : [],
  };
}

function progress(followed: Followed): Outcome {
  const hasBegun = [...followed.reports.values()].some(({ status }) => status !== "enqueued");
  if (!hasBegun || followed.row.status !== "enqueued") return { kind: "waiting" };
  const { startedAt } = timesOf(followed);
  return {
    kind: "processing",
    transition: { status: "processing", ...(startedAt !== null && { startedAt }) },
  };
}

/** From the first node that began to the last that ended, but never before the task was enqueued: clocks differ. */
function timesOf({ row, reports }: Followed): { startedAt: number | null; finishedAt: number | null } {
  const started = [...reports.values()].flatMap(({ startedAt }) => startedAt ?? []);
  const finished = [...reports.values()].flatMap(({ finishedAt }) => finishedAt ?? []);
  const startedAt = started.length === 0 ? null : Math.max(row.enqueuedAt, Math.min(...started));
  const finishedAt = finished.length === 0 ? null : Math.max(startedAt ?? row.enqueuedAt, ...finished);
  return { startedAt, finishedAt };
}
