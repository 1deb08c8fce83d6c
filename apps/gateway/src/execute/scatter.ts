import { setTimeout as sleep } from "node:timers/promises";
import {
  type ErrorEnvelope,
  MeilisearchError,
  NodeFailure,
  type NodeRequest,
  type NodeResponse,
} from "@miroir/meilisearch";
import { SHARD_FIELD } from "@miroir/routing";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { planRead } from "../plan/read-plan.ts";
import { settingsOfRead } from "../settings/reading.ts";
import { errorOf, relayedError } from "./node-error.ts";

export type ScatterOptions<T> = {
  readonly index: IndexName;
  /** What the read is about without its paging. */
  readonly key: string;
  /** The shards the read needs; all of them by default. */
  readonly shards?: readonly number[] | undefined;
  readonly request: (shards: readonly number[]) => NodeRequest;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
  /** Reads an answer of status 200. Whatever it throws makes the node count as failed for this read. */
  readonly read: (body: string) => T;
};

type ScatterPart<T> = { readonly node: string; readonly shards: readonly number[]; readonly value: T };

export type ScatterResult<T> = {
  /** One per node that answered, in no order that means anything; no shard is in two of them. */
  readonly parts: readonly ScatterPart<T>[];
  /** The value of `X-Miroir-Degraded`, when a shard is missing or may be old. */
  readonly degraded: string | null;
};

type Outcome<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "refused"; readonly error: ErrorEnvelope }
  | { readonly kind: "failed"; readonly error?: ErrorEnvelope | undefined };

/**
 * Asks one replica of every needed shard. A replica that fails is replaced by another until none is left; a shard nobody
 * answers for is left out or fails the read, as the configuration says.
 *
 * @throws MeilisearchError the error of a node that refused the request; index_not_found when no node has the index (yet);
 *   too_many_search_requests when all are busy; miroir_unavailable_shards
 * @throws NodeFailure `aborted` when `signal` fired
 */
export async function scatter<T>(context: Context, options: ScatterOptions<T>): Promise<ScatterResult<T>> {
  const { cluster } = context;
  const { placement } = cluster;
  const { physicalUid, reading } = options.index;
  const all = options.shards ?? [...placement.targets.keys()];
  const parts: ScatterPart<T>[] = [];
  const failed = new Set<string>();
  const errors: ErrorEnvelope[] = [];
  const stale: number[] = [];
  let needed: readonly number[] = all;
  const missing: number[] = [];
  let attempt = 0;
  const settings = await settingsOfRead(context, options.index, (suffices) =>
    all.every((shard) => placement.owners.some((group) => group[shard]?.some(suffices))),
  );

  while (needed.length > 0) {
    attempt++;
    const plan = planRead({
      placement,
      key: options.key,
      shards: needed,
      isUsable: (node) => cluster.isUsable(node) && !failed.has(node) && settings.suffices(node),
      cost: (node) => cluster.cost(node),
      group: reading?.group,
      isStale: (node, shard) =>
        context.hints.isStale(node, physicalUid, shard) ||
        reading?.lacks(node, shard) === true ||
        settings.isBehind(node),
    });
    missing.push(...plan.missing);
    const outcomes = await Promise.all(
      plan.assignments.map(async ({ node, shards }) => ({
        node,
        shards,
        outcome: await ask(context, { node, shards, attempt }, options),
      })),
    );
    const again: number[] = [];
    for (const { node, shards, outcome } of outcomes) {
      if (outcome.kind === "refused") throw relayedError(outcome.error, options.index);
      if (outcome.kind === "value") {
        parts.push({ node, shards, value: outcome.value });
        stale.push(...shards.filter((shard) => plan.stale.includes(shard)));
        continue;
      }
      failed.add(node);
      if (outcome.error) errors.push(outcome.error);
      again.push(...shards);
    }
    needed = again.sort((a, b) => a - b);
  }

  if (missing.length > 0) {
    const told = errors.find(({ code }) => code === "index_not_found" || code === "too_many_search_requests");
    if (told && parts.length === 0) throw relayedError(told, options.index);
    if (parts.length === 0 || context.config.scatter.unavailableShardPolicy === "error")
      throw new MeilisearchError(
        "miroir_unavailable_shards",
        `No node can answer for ${missing.length} of ${all.length} shards.`,
      );
  }
  settings.note(parts.map(({ node }) => node));
  return { parts, degraded: describe(all, missing, stale) };
}

/** What one node is asked for, and for the how manieth time somebody is. */
type Asked = { readonly node: string; readonly shards: readonly number[]; readonly attempt: number };

async function ask<T>(context: Context, asked: Asked, options: ScatterOptions<T>): Promise<Outcome<T>> {
  const until = context.clock.now() + context.config.scatter.nodeTimeoutMs;
  for (;;) {
    const outcome = await askOnce(context, asked, options);
    if (!isBeforeOurSettings(outcome)) return outcome;
    if (context.clock.now() + BETWEEN_ASKS_MS >= until) return { kind: "failed" };
    await sleep(BETWEEN_ASKS_MS);
  }
}

const BETWEEN_ASKS_MS = 10;

/** A new index is there a moment before the settings that make our marker filterable, which are the node's next task. */
function isBeforeOurSettings(outcome: Outcome<unknown>): boolean {
  return outcome.kind === "refused" && outcome.error.message.includes(`\`${SHARD_FIELD}\` is not filterable`);
}

async function askOnce<T>(
  context: Context,
  { node, shards, attempt }: Asked,
  { request, read, signal }: ScatterOptions<T>,
): Promise<Outcome<T>> {
  const deadlineMs = context.config.scatter.nodeTimeoutMs;
  let response: NodeResponse;
  try {
    const part = { shards: shards.length, attempt };
    response = await context.cluster.request(node, { deadlineMs, ...(signal && { signal }), ...request(shards), part });
  } catch (cause) {
    if (cause instanceof NodeFailure && cause.kind !== "aborted") return { kind: "failed" };
    throw cause;
  }
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

function describe(all: readonly number[], missing: readonly number[], stale: readonly number[]): string | null {
  if (missing.length > 0) {
    const coverage = ((all.length - missing.length) / all.length).toFixed(4);
    return `reason=unavailable_shards; shards=${[...missing].sort((a, b) => a - b).join(",")}; coverage=${coverage}`;
  }
  return stale.length > 0
    ? `reason=stale_replicas; shards=${[...stale].sort((a, b) => a - b).join(",")}; coverage=1.0000`
    : null;
}
