import { type ErrorEnvelope, MeilisearchError, NodeFailure } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { planRead, type ReadPlan } from "../plan/read-plan.ts";
import { type ReadTerms, readTerms } from "../reads/read-terms.ts";
import { type SettingsReading, settingsOfShards } from "../settings/reading.ts";
import { type Attempt, attempt, type Question } from "./attempt.ts";
import { type Settled, withHedge } from "./hedge.ts";
import { isWhole } from "./is-whole.ts";
import { noNodeHas } from "./no-node-has.ts";
import { relayedError } from "./node-error.ts";
import { readPlanNow } from "./read-plan-now.ts";

export type ScatterOptions<T> = Question<T> & {
  readonly index: IndexName;
  /** What the read is about without its paging. */
  readonly key: string;
  /** The shards the read needs; all of them by default. */
  readonly shards?: readonly number[] | undefined;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
};

type ScatterPart<T> = { readonly node: string; readonly shards: readonly number[]; readonly value: T };

export type ScatterResult<T> = {
  /** One per node that answered, in no order that means anything; no shard is in two of them. */
  readonly parts: readonly ScatterPart<T>[];
  /** Whether a shard is missing or may be old. The answer to the client says so by itself. */
  readonly isDegraded: boolean;
};

/** A read under way. */
type Read<T> = {
  readonly context: Context;
  readonly options: ScatterOptions<T>;
  readonly settings: SettingsReading;
  readonly terms: ReadTerms;
  readonly spared: ReadonlySet<string>;
  readonly underWay: Set<Attempt<T>>;
  readonly failed: Set<string>;
  readonly errors: ErrorEnvelope[];
  readonly missing: number[];
  readonly stale: number[];
  /** What nodes said that refused the request. */
  readonly refusals: Map<string, ErrorEnvelope>;
  isOver: boolean;
};

/**
 * Asks one replica of every needed shard, and a second one where the first takes long. A replica that fails is replaced by another at
 * once, and so is the first that refuses the request, until none is left or the read's time is over; a shard nobody answers for is left
 * out or fails the read, as the request or the configuration says.
 *
 * @throws MeilisearchError the error of nodes that refused the request, two or all that answered; index_not_found when no node has
 *   the index (yet); too_many_search_requests when all are busy; miroir_unavailable_shards
 * @throws NodeFailure `aborted` when `signal` fired
 */
export async function scatter<T>(context: Context, options: ScatterOptions<T>): Promise<ScatterResult<T>> {
  const all = options.shards ?? [...context.cluster.placement.targets.keys()];
  const settings = await settingsOfShards(context, options.index, all);
  const read: Read<T> = {
    ...{ context, options, settings },
    terms: readTerms(context),
    spared: context.cluster.spared(),
    underWay: new Set(),
    failed: new Set(),
    ...{ errors: [], missing: [], stale: [], refusals: new Map(), isOver: false },
  };
  const abandonAll = () => {
    for (const { abandon } of read.underWay) abandon();
  };
  options.signal?.addEventListener("abort", abandonAll, { once: true });
  try {
    const parts = await coverForSure(read, all);
    await refuseIncomplete(read, parts.length, all.length);
    settings.note(parts.map(({ node }) => node));
    const { missing, stale, terms } = read;
    terms.degradation.note({ needed: all, missing, stale });
    return { parts, isDegraded: missing.length > 0 || stale.length > 0 };
  } finally {
    options.signal?.removeEventListener("abort", abandonAll);
    // Where one node refused, nobody waits for the others, nor asks more.
    read.isOver = true;
    abandonAll();
  }
}

/** What a node has said counts for nothing when it turns out, before all have answered, that it lacks something. */
async function coverForSure<T>(read: Read<T>, shards: readonly number[]): Promise<ScatterPart<T>[]> {
  const { context, options } = read;
  const isDoubtful = ({ node, shards: of }: ScatterPart<T>) =>
    of.some((shard) => !read.stale.includes(shard) && lacksWrites(context, options.index, node, shard));
  let parts = await cover(read, shards, 1);
  for (let number = 2; parts.some(isDoubtful); number++) {
    const doubtful = parts.filter(isDoubtful).flatMap((part) => part.shards);
    parts = [...parts.filter((part) => !isDoubtful(part)), ...(await cover(read, doubtful, number))];
  }
  return parts;
}

/** Gets an answer for those shards, from whoever has them. */
async function cover<T>(read: Read<T>, shards: readonly number[], number: number): Promise<ScatterPart<T>[]> {
  if (read.options.signal?.aborted) throw new NodeFailure("aborted", "no node", "nobody waits for the answer");
  if (read.isOver) return [];
  if (performance.now() >= read.terms.until) {
    read.missing.push(...shards);
    return [];
  }
  const { cluster, metrics } = read.context;
  const plan = planOf(read, shards);
  read.missing.push(...plan.missing);
  if (number > 1) metrics.replacedAttempts.inc(plan.assignments.length);
  cluster.hedges.earn(plan.assignments.length);
  const lists = plan.assignments.map(async ({ node, shards: asked }): Promise<ScatterPart<T>[]> => {
    const settled = await askHedged(read, plan, { node, shards: asked }, number);
    const [only] = settled;
    if (only?.outcome.kind === "refused" && !asked.some((shard) => plan.stale.includes(shard))) {
      // Nodes of one mind refuse alike. One that is alone with it, or is not whole, may have lost its settings.
      const { node: by, shards: of } = only.attempt;
      const { context, options, refusals } = read;
      const lacks = of.some((shard) => lacksWrites(context, options.index, by, shard));
      if (!lacks && (await isWhole(context, by, options.index, of[0] ?? 0))) refusals.set(by, only.outcome.error);
      if (refusals.size > 1) throw relayedError(only.outcome.error, options.index);
    }
    if (only?.outcome.kind === "failed" && only.outcome.error) read.errors.push(only.outcome.error);
    if (only && only.outcome.kind !== "value") {
      read.failed.add(node).add(only.attempt.node);
      return cover(read, asked, number + 1);
    }
    return settled.flatMap(({ attempt: { node: by, shards: of }, outcome }) => {
      read.stale.push(...of.filter((shard) => plan.stale.includes(shard)));
      return outcome.kind === "value" ? [{ node: by, shards: of, value: outcome.value }] : [];
    });
  });
  return (await Promise.all(lists)).flat();
}

function planOf<T>(
  { context, options, settings, spared, failed }: Read<T>,
  shards: readonly number[],
  without?: string,
): ReadPlan {
  const { index, key } = options;
  const isLeftOut = (node: string) => failed.has(node) || node === without;
  return planRead(readPlanNow(context, { index, key, shards, settings, spared, isLeftOut }));
}

function start<T>(read: Read<T>, node: string, shards: readonly number[], number: number, hedged: boolean): Attempt<T> {
  const place = { attempt: number, hedged };
  const { context, options, terms } = read;
  const started = attempt(context, { index: options.index, node, shards, question: options, terms, place });
  read.underWay.add(started);
  const ended = () => read.underWay.delete(started);
  started.outcome.then(ended, ended);
  return started;
}

async function askHedged<T>(
  read: Read<T>,
  plan: ReadPlan,
  { node, shards }: ReadPlan["assignments"][number],
  number: number,
): Promise<Settled<T>> {
  const { cluster, config, metrics } = read.context;
  const { percentile } = config.scatter.hedge;
  const delayMs = percentile === null ? null : cluster.slowestMs(node, percentile / 100);
  const first = start(read, node, shards, number, false);
  if (delayMs === null) return [{ attempt: first, outcome: await first.outcome }];
  return withHedge({
    first,
    delayMs,
    startOthers() {
      const others = planOf(read, shards, node);
      const isAsGood =
        others.missing.length === 0 &&
        others.stale.every((shard) => plan.stale.includes(shard)) &&
        !others.assignments.some((assignment) => read.spared.has(assignment.node));
      if (!isAsGood) return null;
      if (!cluster.hedges.spend(others.assignments.length)) {
        metrics.hedges.inc({ outcome: "denied" });
        return null;
      }
      metrics.hedges.inc({ outcome: "sent" });
      metrics.hedgeRequests.inc(others.assignments.length);
      return others.assignments.map((assignment) => start(read, assignment.node, assignment.shards, number, true));
    },
    onWon: () => metrics.hedges.inc({ outcome: "won" }),
  });
}

/** @throws MeilisearchError when shards are missing and the answer may not be without them */
async function refuseIncomplete<T>(read: Read<T>, parts: number, needed: number): Promise<void> {
  const { context, missing, errors, refusals, terms, options } = read;
  if (missing.length === 0) return;
  if (parts === 0) {
    for (const refusal of refusals.values()) throw relayedError(refusal, options.index);
    const told = errors.find(({ code }) => code === "index_not_found" || code === "too_many_search_requests");
    if (told?.code === "index_not_found") throw await noNodeHas(context, options.index, told);
    if (told) throw relayedError(told, options.index);
  }
  if (parts === 0 || !terms.allowsPartial)
    throw new MeilisearchError(
      "miroir_unavailable_shards",
      `No node can answer for ${missing.length} of ${needed} shards.`,
    );
}
