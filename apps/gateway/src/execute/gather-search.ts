import { MeilisearchError, type SearchRequest, type Settings } from "@miroir/meilisearch";
import { keywordsSuffice, mergeHybrid, nodeRequestBody } from "@miroir/routing";
import { readSearchAnswer } from "../answer/node-search-answer.ts";
import { type RankedHit, rankHits, type SearchPart } from "../answer/rank-hits.ts";
import type { Context } from "../context.ts";
import { nodeMaxValues } from "../indexes/facet-headroom.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { byVectorsToo, byWordsAlone } from "../plan/hybrid-parts.ts";
import { type SearchKind, searchKind } from "../plan/search-kind.ts";
import { planSearch, type SearchPlan } from "../plan/search-plan.ts";
import { countDistinct } from "./count-distinct.ts";
import { embedQuery } from "./embed-query.ts";
import { scatter } from "./scatter.ts";

export type SearchTarget = {
  readonly index: IndexName;
  /** As clients see them. */
  readonly settings: Settings;
  readonly primaryKey: string | null;
  readonly request: SearchRequest;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
};

/** What all nodes together say about one search. */
export type GatheredSearch = {
  readonly plan: SearchPlan;
  /** The ranked hits from the first on, up to the last one wanted. */
  readonly hits: readonly RankedHit[];
  /** The answers that counted: their facets and totals, unmerged. */
  readonly parts: readonly SearchPart[];
  readonly total: number;
  /** Whether vectors had a say in the search; then {@link semanticHits} of the page are counted. */
  readonly isSemantic: boolean;
  /** The vector that was searched for, when a vector was. */
  readonly vector: readonly number[] | null;
};

/**
 * Searches one index on all nodes: by words, by vectors, or by both, each ranked over all nodes before the ratio weighs
 * one against the other. A text is embedded once.
 *
 * @throws what planSearch, searchKind, scatter and embedQuery throw
 */
export async function gatherSearch(context: Context, target: SearchTarget): Promise<GatheredSearch> {
  const { settings, request } = target;
  const kind = searchKind(request, settings);
  switch (kind.kind) {
    case "keyword":
      return byKeywords(context, target, false);
    case "semantic": {
      const vector = request.vector ?? (await embedQuery(context, target.index, request, kind.embedder));
      return byVectors(context, { ...target, request: { ...request, vector } }, vector);
    }
    case "hybrid":
      return byBoth(context, target, kind);
  }
}

async function byKeywords(context: Context, target: SearchTarget, isSemantic: boolean): Promise<GatheredSearch> {
  const { settings, index } = target;
  const plan = planOf(context, target);
  const [{ parts }, exact] = await Promise.all([
    ask(context, target, plan),
    countDistinct(context, index, plan, nodeMaxValues(settings.faceting.maxValuesPerFacet)),
  ]);
  const hits = rankHits(parts, endOf(plan), plan.distinct !== null);
  const total = exact ?? sumTotals(parts);
  return { plan, hits, parts, total, isSemantic, vector: null };
}

async function byVectors(context: Context, target: SearchTarget, vector: readonly number[]): Promise<GatheredSearch> {
  const plan = planOf(context, target);
  const { parts } = await ask(context, target, plan);
  const hits = rankHits(parts, endOf(plan), plan.distinct !== null);
  return { plan, hits, parts, total: sumTotals(parts), isSemantic: true, vector };
}

async function byBoth(
  context: Context,
  target: SearchTarget,
  { embedder, semanticRatio }: Extract<SearchKind, { kind: "hybrid" }>,
): Promise<GatheredSearch> {
  const { request, index } = target;
  const keywords = await byKeywords(context, { ...target, request: byWordsAlone(request) }, true);
  const length = endOf(keywords.plan);
  if (keywordsSuffice(await upToOffset(context, target, keywords), endOf(keywords.plan, true), semanticRatio))
    return keywords;
  const vector = request.vector ?? (await embedOrNot(context, index, request, embedder));
  if (vector === null) return keywords;
  const semantic = { ...byVectorsToo(request, embedder), vector: [...vector] };
  const vectors = await byVectors(context, { ...target, request: semantic }, vector);
  const hits = mergeHybrid({
    vectors: vectors.hits.filter(isSemanticHit),
    keywords: keywords.hits,
    semanticRatio,
    keysOf: ({ identity, distinctValues }) => [`i${identity}`, ...distinctValues],
    length,
  });
  return { ...vectors, hits };
}

/** The hits by which a node decides whether keywords suffice: for an empty page too, all those before it. */
async function upToOffset(
  context: Context,
  { request, ...target }: SearchTarget,
  { plan, hits }: GatheredSearch,
): Promise<readonly RankedHit[]> {
  const limit = endOf(plan, true);
  if (limit === endOf(plan)) return hits;
  const before = { ...byWordsAlone(request), facets: null, offset: 0, limit };
  return (await byKeywords(context, { ...target, request: before }, true)).hits;
}

/** A node that cannot embed the query of a hybrid search does without vectors. */
async function embedOrNot(...args: Parameters<typeof embedQuery>): Promise<number[] | null> {
  try {
    return await embedQuery(...args);
  } catch (cause) {
    if (cause instanceof MeilisearchError && cause.status < 500) return null;
    throw cause;
  }
}

/** What all nodes are asked for a search as it stands. @throws what planSearch throws */
export function planOf(
  { config }: Context,
  { request, settings, primaryKey }: Pick<SearchTarget, "request" | "settings" | "primaryKey">,
): SearchPlan {
  const hasSequence = config.search.tieOrder === "insertion";
  const neededFields = hasSequence || primaryKey === null ? [] : [primaryKey];
  return planSearch({ request, settings, hasSequence, neededFields });
}

function ask(
  context: Context,
  { index, primaryKey, signal }: SearchTarget,
  plan: SearchPlan,
): Promise<{ readonly parts: readonly SearchPart[] }> {
  return scatter(context, {
    index,
    key: plan.key,
    signal,
    request: (shards) => ({
      method: "POST",
      path: nodePath(index, "/search"),
      body: JSON.stringify(nodeRequestBody(plan, shards)),
    }),
    read: (body) => readSearchAnswer(body, { distinct: plan.distinct, idField: primaryKey }),
    processingTimeMs: (answer) => answer.processingTimeMs,
  });
}

/** The rank after the last hit wanted. With `evenIfEmpty`, that of an empty page is where it would begin. */
function endOf({ window, paging }: SearchPlan, evenIfEmpty = false): number {
  if (window.limit > 0) return window.offset + window.limit;
  return evenIfEmpty && paging.mode === "offset" ? paging.offset : 0;
}

function sumTotals(parts: readonly SearchPart[]): number {
  return parts.reduce((sum, { value }) => sum + value.total, 0);
}

/** Whether a hit was found by its vectors. */
export function isSemanticHit({ details }: RankedHit): boolean {
  return details?.vectorSort !== undefined;
}
