import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorEnvelope, NodeFailure, type NodeRequest, type NodeResponse } from "@miroir/meilisearch";
import { SHARD_FIELD } from "@miroir/routing";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import type { NodeCall } from "../reads/node-call.ts";
import { nodeDeadlineMs, type ReadTerms } from "../reads/read-terms.ts";
import { isLost } from "./no-node-has.ts";
import { errorOf } from "./node-error.ts";

/** What a node is asked for some shards, and how its answer is read. */
export type Question<T> = {
  readonly request: (shards: readonly number[]) => NodeRequest;
  /** Reads an answer of status 200. Whatever it throws makes the node count as failed for this read. */
  readonly read: (body: string) => T;
  /** The node's own `processingTimeMs`, of answers that say it. */
  readonly processingTimeMs?: (value: T) => number;
};

export type Outcome<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "refused"; readonly error: ErrorEnvelope }
  | { readonly kind: "failed"; readonly error?: ErrorEnvelope | undefined };

export type AttemptOptions<T> = {
  readonly index: IndexName;
  readonly node: string;
  readonly shards: readonly number[];
  readonly question: Question<T>;
  readonly terms: ReadTerms;
  /** Where it stands among the requests of its read. */
  readonly place: Pick<NodeCall, "attempt" | "hedged">;
};

/** A question that is on its way to a node. */
export type Attempt<T> = {
  readonly node: string;
  readonly shards: readonly number[];
  /** Never rejects for what the node or the way to it does: that is `failed`. */
  readonly outcome: Promise<Outcome<T>>;
  /** Nobody needs the answer any more. */
  abandon(): void;
};

/** Asks one node for some shards. */
export function attempt<T>(context: Context, options: AttemptOptions<T>): Attempt<T> {
  const { node, shards } = options;
  const ending = new AbortController();
  return { node, shards, outcome: ask(context, options, ending.signal), abandon: () => ending.abort() };
}

const BETWEEN_ASKS_MS = 10;

async function ask<T>(context: Context, options: AttemptOptions<T>, signal: AbortSignal): Promise<Outcome<T>> {
  const until = performance.now() + context.config.scatter.nodeTimeoutMs;
  for (;;) {
    const outcome = await askOnce(context, options, signal);
    if (!isBeforeOurSettings(outcome)) return outcome;
    // A node that has lost it has them again before it is filled, and must not be taken for whole then.
    if (await isLost(context, options.index)) return { kind: "failed" };
    if (performance.now() + BETWEEN_ASKS_MS >= Math.min(until, options.terms.until)) return { kind: "failed" };
    await sleep(BETWEEN_ASKS_MS);
  }
}

/** A new index is there a moment before the settings that make our marker filterable, which are the node's next task. */
function isBeforeOurSettings(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "refused" && outcome.error.message.includes(`\`${SHARD_FIELD}\` is not filterable`);
}

async function askOnce<T>(context: Context, options: AttemptOptions<T>, signal: AbortSignal): Promise<Outcome<T>> {
  const { node, shards, question, terms } = options;
  const sentAt = performance.now();
  const request = question.request(shards);
  let response: NodeResponse | undefined;
  let outcome: Outcome<T> = { kind: "failed" };
  try {
    const deadlineMs = nodeDeadlineMs(context, terms);
    const part = { shards: shards.length, ...options.place };
    response = await context.cluster.request(node, { ...request, deadlineMs, signal, isRead: true, part });
    outcome = judge(context, node, response, question);
  } catch (cause) {
    if (!(cause instanceof NodeFailure)) throw cause;
  }
  const processingTimeMs = outcome.kind === "value" ? (question.processingTimeMs?.(outcome.value) ?? null) : null;
  if (processingTimeMs !== null) context.cluster.noteServed(node, processingTimeMs);
  terms.calls?.push({
    ...{ node, shards, path: request.path, ...options.place },
    sentMs: sentAt - terms.startedAt,
    firstByteMs: response ? response.firstByteMs : null,
    tookMs: performance.now() - sentAt,
    bytes: response?.body.length ?? 0,
    processingTimeMs,
    outcome: signal.aborted ? "abandoned" : CALLED[outcome.kind],
  });
  return outcome;
}

const CALLED = { value: "answered", refused: "refused", failed: "failed" } as const;

function judge<T>(context: Context, node: string, response: NodeResponse, { read }: Question<T>): Outcome<T> {
  if (response.status === 200) {
    try {
      return { kind: "value", value: read(response.body.toString("utf8")) };
    } catch (cause) {
      context.log.warn({ node, err: cause }, "a node's answer cannot be read");
      return { kind: "failed" };
    }
  }
  const error = errorOf(response);
  const isRefusal = error !== undefined && response.status < 500 && !isNodesOwnTrouble(error);
  return isRefusal ? { kind: "refused", error } : { kind: "failed", error };
}

/** Errors that tell about the node and not about the request: another replica may do better. */
function isNodesOwnTrouble({ code, type }: ErrorEnvelope): boolean {
  return code === "index_not_found" || type === "auth" || type === "system" || type === "internal";
}
