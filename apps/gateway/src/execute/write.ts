import { type ErrorEnvelope, MeilisearchError, NodeFailure, type NodeRequest } from "@miroir/meilisearch";
import { judgeWrite, type WriteVerdict } from "@miroir/routing";
import type { NewTask } from "@miroir/store-contract";
import type { Context } from "../context.ts";
import { ANY_NODE } from "../hints/hints.ts";
import { judgeRefused } from "../hints/refused-write.ts";
import { noteEffect } from "../idempotency/note-effects.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { noTurn } from "../turns/turn-lease.ts";
import { errorOf, relayedError } from "./node-error.ts";

type NodeTasks = NewTask["nodeTasks"];

export type NodeWrite = {
  /** `null` for what concerns no index, which no replica can miss for long. */
  readonly index: IndexName | null;
  /** The shards the write touches. */
  readonly shards: readonly number[];
  readonly parts: readonly { readonly node: string; readonly request: NodeRequest }[];
};

export type WriteOutcome = {
  readonly nodeTasks: NodeTasks;
  /** The value of `X-Miroir-Degraded`, when some replica misses the write. */
  readonly degraded: string | null;
};

/** `lost`: it did not say what it made of the write, and may have it. `failed`: it does not. */
type Answer = { readonly task: NodeTasks[string] } | { readonly error: ErrorEnvelope } | "failed" | "lost";

/**
 * Hands a write to every node it concerns, at once, and returns when they have enqueued it or failed. Nodes that are out
 * are not tried: they would only hold the others up. Replicas that miss writes get it too, but count for nothing: what they alone have
 * would be lost when they are repaired. Once this resolves it is durable which replicas miss the write.
 *
 * @throws MeilisearchError the nodes' own error when they refuse the request; miroir_no_quorum; miroir_no_turn
 */
export async function sendWrite(context: Context, { index, shards, parts }: NodeWrite): Promise<WriteOutcome> {
  const turn = index && context.indexLocks.turnOf(index.uid);
  await turn?.ready();
  const answers = new Map<string, Answer>();
  await Promise.all(parts.map(async ({ node, request }) => answers.set(node, await send(context, node, request))));

  const nodeTasks: Record<string, NodeTasks[string]> = {};
  for (const [node, answer] of answers)
    if (typeof answer === "object" && "task" in answer) nodeTasks[node] = answer.task;
  const took = (node: string) => nodeTasks[node] !== undefined;
  const isStale = (node: string, shard: number) =>
    index !== null && context.hints.isStale(node, index.physicalUid, shard);
  const { placement } = context.cluster;
  const isTrusted = (node: string, shard: number) => !context.hints.isDistrusted(node) && !isStale(node, shard);
  const verdict = judgeWrite(placement, shards, (node, shard) => took(node) && isTrusted(node, shard));
  if (turn?.isUnbroken() === false) {
    turn.doubt();
    throw noTurn("The gateway lost its turn to write to the index while nodes took the write");
  }
  const missed = verdict.missed.filter(({ node }) => !took(node));
  try {
    if (index && verdict.stands) await noteSuspects(context, index, missed);
    else if (index) {
      const mayHave = (node: string) => answers.get(node) === "lost";
      const { suspects, doubtful } = judgeRefused({ placement, shards, took, mayHave, isStale });
      await noteSuspects(context, index, [...suspects, { node: ANY_NODE, shards: doubtful }]);
    }
  } catch (error) {
    turn?.doubt();
    throw error;
  }
  if (!verdict.stands) {
    for (const answer of answers.values())
      if (typeof answer === "object" && "error" in answer) throw relayedError(answer.error, index);
    throw new MeilisearchError("miroir_no_quorum", "Too few nodes have taken the write; it may be repeated.");
  }
  return { nodeTasks, degraded: missed.length > 0 ? describe(missed, verdict) : null };
}

/** Within the index's turn nobody else settles its hints, so that those known here need not be noted again. */
async function noteSuspects(
  { hints, indexLocks }: Context,
  { uid, physicalUid }: IndexName,
  suspects: readonly { readonly node: string; readonly shards: readonly number[] }[],
): Promise<void> {
  const isInTurn = indexLocks.turnOf(uid) !== null;
  await Promise.all(
    suspects.map(({ node, shards }) =>
      hints.note(
        node,
        physicalUid,
        shards.filter((shard) => !isInTurn || !hints.isStale(node, physicalUid, shard)),
      ),
    ),
  );
}

/** The same request to every node, such as a change of settings; it touches every shard. */
export function broadcast(context: Context, index: IndexName | null, request: NodeRequest): Promise<WriteOutcome> {
  const { placement, nodeIds } = context.cluster;
  const parts = nodeIds.map((node) => ({ node, request }));
  return sendWrite(context, { index, shards: [...placement.targets.keys()], parts });
}

/** Sends one write to one node: the uid of its task, its refusal, or that it has to be counted as missed. */
async function send({ cluster, log }: Context, node: string, request: NodeRequest): Promise<Answer> {
  if (!cluster.isUsable(node)) return "failed";
  const isSameNode = cluster.expectTask(node);
  try {
    const response = await cluster.request(node, request);
    if (response.status === 202) {
      noteEffect();
      const told = JSON.parse(response.body.toString("utf8")) as { taskUid?: unknown; enqueuedAt?: unknown };
      if (Number.isInteger(told.taskUid)) {
        const uid = told.taskUid as number;
        const when = typeof told.enqueuedAt === "string" ? { enqueuedAt: told.enqueuedAt } : {};
        if (isSameNode(uid)) return { task: { uid, status: "enqueued", ...when } };
        // It lacks all that came before: the write alone must not make its copy look whole.
        log.warn({ node }, "a node has lost what it had");
        return "failed";
      }
    }
    const error = errorOf(response);
    log.warn({ node, status: response.status, code: error?.code }, "a node refused a write");
    return error && response.status < 500 && error.type === "invalid_request" ? { error } : "failed";
  } catch (cause) {
    const wasSent = !(cause instanceof NodeFailure) || cause.kind !== "connect";
    if (wasSent) noteEffect();
    if (!(cause instanceof NodeFailure) && !(cause instanceof SyntaxError)) throw cause;
    log.warn({ node, err: cause }, "a node did not take a write");
    return wasSent ? "lost" : "failed";
  }
}

function describe(missed: WriteVerdict["missed"], { groupsWithoutWrite }: WriteVerdict): string {
  const groups = groupsWithoutWrite.length > 0 ? `; groups=${groupsWithoutWrite.join(",")}` : "";
  return `reason=missed_write; nodes=${missed.map(({ node }) => node).join(",")}${groups}`;
}
