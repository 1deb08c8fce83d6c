import {
  type ExperimentalFeatures,
  type Federation,
  MeilisearchError,
  type MultiSearchQuery,
  type Settings,
} from "@miroir/meilisearch";
import { federatedAnswer, type IndexAnswer } from "../answer/federated-answer.ts";
import { mergeFacets } from "../answer/search-answer.ts";
import { uuidV7 } from "../answer/uuid-v7.ts";
import type { Context } from "../context.ts";
import { askAnyNode } from "../execute/any-node.ts";
import { countUnion } from "../execute/count-union.ts";
import { gatherSearch } from "../execute/gather-search.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { requireIndex } from "../indexes/registry.ts";
import {
  checkNetwork,
  type FederationWindow,
  groupByIndex,
  type IndexQueries,
  needsNetwork,
  type PlacedQuery,
  windowOfFederation,
} from "../plan/federation-plan.ts";
import { createRankingCheck } from "../plan/rule-kinds.ts";
import { searchKind } from "../plan/search-kind.ts";
import { refuseFacets } from "../plan/search-plan.ts";
import { clientSettings } from "../settings/internal-settings.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { queryMetadata } from "./answer-search.ts";
import { allOrFirstError, atFacets, atQuery } from "./at-query.ts";

export type FederatedSearch = {
  readonly queries: readonly MultiSearchQuery[];
  readonly federation: Federation;
  readonly wantsMetadata: boolean;
  readonly signal: AbortSignal;
};

/** An index that is searched, with what is known of it. */
type KnownIndex = IndexQueries & {
  readonly index: IndexName;
  readonly settings: Settings;
  readonly primaryKey: string | null;
};

type Search = Omit<FederatedSearch, "queries"> & { readonly window: FederationWindow };

/**
 * Answers a federated search as JSON text.
 *
 * @throws MeilisearchError with the query's position in the text: index_not_found, feature_not_enabled,
 *   invalid_multi_search_*; what gatherSearch and countUnion throw
 */
export async function answerFederated(
  context: Context,
  settingsCache: SettingsCache,
  { queries, ...search }: FederatedSearch,
): Promise<string> {
  const startedAt = context.clock.now();
  const { federation } = search;
  if (federation.personalize !== null)
    throw new MeilisearchError("miroir_not_implemented", "Searching with `personalize` is not supported yet.");
  await checkOptions(context, queries);
  const window = windowOfFederation(federation);
  const known = await allOrFirstError(
    groupByIndex(queries).map((group) => atQuery(placeOf(group), () => know(context, settingsCache, group))),
  );
  await checkRanking(known);
  const indexes = await allOrFirstError(known.map((index) => searchIndex(context, index, { ...search, window })));
  await checkUnusedFacets(context, settingsCache, federation, indexes);
  const now = context.clock.now();
  const primaryKeys = new Map(known.map(({ indexUid, primaryKey }) => [indexUid, primaryKey]));
  return federatedAnswer({
    indexes,
    federation,
    window,
    processingTimeMs: Math.max(0, now - startedAt),
    requestUid: uuidV7(now),
    metadata: search.wantsMetadata
      ? queries.map(({ indexUid, q }) =>
          queryMetadata({ query: q, indexUid, primaryKey: primaryKeys.get(indexUid) ?? null }, now),
        )
      : null,
  });
}

function placeOf({ queries }: IndexQueries): number {
  return queries[0]?.place ?? 0;
}

async function checkOptions(context: Context, queries: readonly MultiSearchQuery[]): Promise<void> {
  if (!queries.some(needsNetwork)) return;
  const body = await askAnyNode(context, null, { method: "GET", path: "/experimental-features" });
  const { network } = JSON.parse(body) as ExperimentalFeatures;
  for (const [place, query] of queries.entries()) await atQuery(place, () => checkNetwork(query, network));
}

async function know(context: Context, settingsCache: SettingsCache, group: IndexQueries): Promise<KnownIndex> {
  const index = await requireIndex(context, group.indexUid);
  const settings = clientSettings(await settingsCache.get(index));
  // Answers and errors name it as the client did.
  return { ...group, index: { ...index, uid: group.indexUid }, primaryKey: index.primaryKey, settings };
}

async function checkRanking(indexes: readonly KnownIndex[]): Promise<void> {
  const check = createRankingCheck();
  for (const { queries, settings } of indexes)
    for (const { place, position, request } of queries)
      await atQuery(place, () => check({ position, request, settings, kind: searchKind(request, settings) }));
}

/** What all queries of one index find. The facets of a single query come with its hits, those of several are counted apart. */
async function searchIndex(context: Context, index: KnownIndex, search: Search): Promise<IndexAnswer> {
  const { indexUid, queries, settings } = index;
  const { federation, window, signal } = search;
  const patterns = federation.facetsByIndex[indexUid] ?? null;
  const isAlone = queries.length === 1;
  const gathering = allOrFirstError(
    queries.map((query) =>
      atQuery(query.place, () => saysFacets(indexUid, () => gatherQuery(context, index, query, search))),
    ),
  );
  const hasHybrid = queries.some(({ request }) => request.hybrid !== null);
  const counting = isAlone
    ? null
    : (hasHybrid ? gathering : Promise.resolve([])).then(async (gathered) => {
        await atQuery(placeOf(index), () => atFacets(indexUid, () => refuseFacets(patterns, settings)));
        return countUnion(context, {
          index: index.index,
          queries,
          gathered,
          federation,
          paging: window.paging,
          signal,
        });
      });
  // A query's own error says more than that of all of them, so the count may fail before anybody looks.
  counting?.catch(() => undefined);
  const gathered = await gathering;
  const union = await counting;
  const total = union?.total ?? gathered[0]?.total ?? 0;
  const ofNodes = union?.facets ?? gathered[0]?.parts.map(({ value }) => value) ?? [];
  const searches = queries.flatMap((query, at) => {
    const found = gathered[at];
    return found ? [{ query, gathered: found }] : [];
  });
  const facets = patterns && mergeFacets(ofNodes, settings.faceting, total);
  return { indexUid, settings, searches, total, facets };
}

function gatherQuery(
  context: Context,
  { index, settings, primaryKey, queries }: KnownIndex,
  { request }: PlacedQuery,
  { federation, window, signal }: Search,
) {
  const patterns = queries.length === 1 ? (federation.facetsByIndex[index.uid] ?? null) : null;
  return gatherSearch(context, {
    index,
    settings,
    primaryKey,
    signal,
    request: {
      ...request,
      ...window.paging,
      distinct: federation.distinct ?? request.distinct,
      facets: patterns,
      showPerformanceDetails: federation.showPerformanceDetails || null,
    },
  });
}

/** The facets of a query are the federation's to say, so an error in them is told there. */
async function saysFacets<T>(indexUid: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MeilisearchError) || error.code !== "invalid_search_facets") throw error;
    return atFacets(indexUid, () => Promise.reject(error));
  }
}

/** Facets of indexes that no query searches count for nothing, but they must be possible. */
async function checkUnusedFacets(
  context: Context,
  settingsCache: SettingsCache,
  { facetsByIndex }: Federation,
  used: readonly { readonly indexUid: string }[],
): Promise<void> {
  for (const [indexUid, patterns] of Object.entries(facetsByIndex)) {
    if (used.some((index) => index.indexUid === indexUid)) continue;
    try {
      await atFacets(indexUid, () => checkFacets(context, settingsCache, indexUid, patterns));
    } catch (error) {
      if (!(error instanceof MeilisearchError)) throw error;
      const message = `${error.message}\n - Note: index \`${indexUid}\` is not used in queries`;
      throw new MeilisearchError(error.code, message, { cause: error });
    }
  }
}

async function checkFacets(
  context: Context,
  settingsCache: SettingsCache,
  indexUid: string,
  patterns: readonly string[] | null,
): Promise<void> {
  const { index, settings } = await know(context, settingsCache, { indexUid, queries: [] });
  if (patterns === null) return;
  refuseFacets(patterns, settings);
  await askAnyNode(context, index, {
    method: "POST",
    path: nodePath(index, "/search"),
    body: JSON.stringify({ facets: patterns, limit: 0 }),
  });
}
