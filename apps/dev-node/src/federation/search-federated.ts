import { randomUUID } from "node:crypto";
import type { Federation, MultiSearchQuery } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";
import { matchesPattern } from "../engine/attribute-patterns.ts";
import { emptyDocs } from "../engine/doc-set.ts";
import type { FacetResult } from "../engine/facet-distribution.ts";
import { normalizeFacet } from "../engine/facet-values.ts";
import { filterFeatures } from "../engine/filterable.ts";
import { countFacetPatterns, facetOrder } from "../engine/search-index.ts";
import { checkFeature } from "../features.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import { raw } from "../json-text.ts";
import type { NodeState } from "../node-state.ts";
import { findIndex } from "../node-state.ts";
import { paging, queryMetadata } from "../server/answer-search.ts";
import { atFacets, atQuery } from "./at-query.ts";
import type { FacetOrders } from "./merge-facets.ts";
import { mergeFacets, noteFacetOrder } from "./merge-facets.ts";
import { mergeLists } from "./merge-lists.ts";
import type { RankedQuery } from "./rule-kinds.ts";
import type { IndexHit, IndexResult, PlacedQuery } from "./search-index-queries.ts";
import { searchIndexQueries, takeValues } from "./search-index-queries.ts";

/**
 * The body of the answer to a federated multi-search: first all queries of each index, then all indexes, are merged.
 * Throws MeilisearchError, which says what query it is about.
 */
export function searchFederated(
  state: NodeState,
  queries: readonly MultiSearchQuery[],
  federation: Federation,
  metadata: boolean,
): Record<string, unknown> {
  const startedAt = performance.now();
  if (federation.personalize !== null) {
    throw new MeilisearchError("feature_not_enabled", "Reranking search results requires personalization.");
  }
  const byIndex = partition(state, queries);
  const { from, length } = pageOf(federation);
  const orders: FacetOrders | null = federation.mergeFacets === null ? null : new Map();
  const ranked: { longest: RankedQuery | null } = { longest: null };

  const results = new Map<string, IndexResult>();
  for (const [indexUid, placed] of [...byIndex].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { position } = placed[0] as PlacedQuery;
    const index = atQuery(position, () => findIndex(state, indexUid));
    atQuery(position, () => atFacets(indexUid, () => noteOrders(orders, index, federation)));
    const { features } = state;
    const wanted = from + length;
    results.set(indexUid, searchIndexQueries({ index, queries: placed, federation, features, wanted, ranked }));
  }
  checkUnusedFacets(state, federation, results, orders);

  const all = [...results.values()];
  let total = all.reduce((sum, result) => sum + result.total, 0);
  const hits: IndexHit[] = [];
  const rejected: IndexHit[] = [];
  const values = new Set<string>();
  let ranks = 0;
  for (const hit of mergeLists(all.map((result) => result.hits))) {
    if (federation.distinct !== null && !takeValues(hit, federation.distinct, values)) rejected.push(hit);
    else if (ranks++ >= from && hits.length < length) hits.push(hit);
  }
  total -= rejected.length;

  const vectors = Object.fromEntries(all.flatMap((result) => [...result.vectors]));
  return {
    hits: hits.map((hit) => raw(hit.format())),
    ...(queries.some(({ retrieveVectors }) => retrieveVectors) && { queryVectors: vectors }),
    processingTimeMs: Math.round(performance.now() - startedAt),
    ...paging(federation, total),
    ...facetMembers(results, federation, orders, rejected),
    requestUid: randomUUID(),
    ...(metadata && {
      metadata: queries.map(({ indexUid, q }) => queryMetadata(findIndex(state, indexUid), q)),
    }),
    ...(all.some(({ semantic }) => semantic) && {
      semanticHitCount: hits.filter(({ semantic }) => semantic).length,
    }),
    ...(federation.showPerformanceDetails && { performanceDetails: {} }),
  };
}

function partition(state: NodeState, queries: readonly MultiSearchQuery[]): Map<string, PlacedQuery[]> {
  const byIndex = new Map<string, PlacedQuery[]>();
  for (const [place, query] of queries.entries()) {
    const { remote = null, queryPosition = null } = query.federationOptions ?? {};
    atQuery(place, () => {
      if (remote !== null) {
        checkFeature(state.features, "network", "Performing a remote federated search");
        if (remote !== state.networkSelf) {
          throw new MeilisearchError("invalid_multi_search_remote", `Remote \`${remote}\` is not registered.`);
        }
      }
      if (queryPosition !== null) checkFeature(state.features, "network", "Using `federationOptions.queryPosition`");
    });
    const placed = byIndex.get(query.indexUid) ?? [];
    placed.push({ query, position: queryPosition ?? place });
    byIndex.set(query.indexUid, placed);
  }
  return byIndex;
}

function pageOf({ page, hitsPerPage, limit, offset }: Federation): { readonly from: number; readonly length: number } {
  if (page === null && hitsPerPage === null) return { from: offset, length: limit };
  if (page === 0) return { from: 0, length: 0 };
  const length = hitsPerPage ?? 20;
  return { from: ((page ?? 1) - 1) * length, length };
}

/** Notes how an index orders the facets that are to be merged. Throws invalid_multi_search_facet_order. */
function noteOrders(orders: FacetOrders | null, { uid, settings, view }: NodeIndex, federation: Federation): void {
  const patterns = federation.facetsByIndex[uid];
  if (orders === null || !patterns) return;
  for (const name of view().facets.fieldNames()) {
    const isAsked = patterns.some((pattern) => matchesPattern(pattern, name));
    if (isAsked && filterFeatures(settings.filterableAttributes, name) !== null) {
      noteFacetOrder(orders, name, uid, facetOrder(settings, name));
    }
  }
}

/** Facets of indexes that no query searches count for nothing, but they must be possible. */
function checkUnusedFacets(
  state: NodeState,
  federation: Federation,
  used: ReadonlyMap<string, unknown>,
  orders: FacetOrders | null,
): void {
  for (const [uid, patterns] of Object.entries(federation.facetsByIndex)) {
    if (used.has(uid)) continue;
    atFacets(uid, () => {
      const index = findIndex(state, uid);
      noteOrders(orders, index, federation);
      const view = index.view();
      if (patterns !== null) countFacetPatterns(view, index.settings, emptyDocs(view.capacity), patterns);
    });
  }
}

function facetMembers(
  results: ReadonlyMap<string, IndexResult>,
  { mergeFacets: merge }: Federation,
  orders: FacetOrders | null,
  rejected: readonly IndexHit[],
): Record<string, unknown> {
  const counted = [...results].flatMap(([uid, { facets }]) => {
    const own = rejected.filter(({ indexUid }) => indexUid === uid);
    return facets === null ? [] : [{ uid, facets: withoutHits(facets, own) }];
  });
  if (counted.length === 0) return {};
  if (merge !== null && orders !== null) {
    const all = counted.map(({ facets }) => facets);
    return { ...mergeFacets(all, orders, merge.maxValuesPerFacet) };
  }
  const facetsByIndex = new Map(
    counted.map(({ uid, facets }) => [uid, { distribution: facets.facetDistribution, stats: facets.facetStats }]),
  );
  return { facetsByIndex };
}

/** Takes hits out of the counts again that turned out to be like others while indexes were merged. */
function withoutHits({ facetDistribution, facetStats }: FacetResult, rejected: readonly IndexHit[]): FacetResult {
  if (rejected.length === 0) return { facetDistribution, facetStats };
  const left = new Map<string, Map<string, number>>();
  for (const [field, values] of facetDistribution) {
    const counts = new Map(values);
    const shown = new Map([...values.keys()].map((value) => [normalizeFacet(value), value]));
    for (const hit of rejected) {
      const own = hit.facets.field(field)?.byDocument.get(hit.docid);
      for (const key of own === undefined ? [] : [...own.numbers.map(String), ...own.strings.keys()]) {
        const value = counts.has(key) ? key : shown.get(key);
        const count = value === undefined ? undefined : counts.get(value);
        if (value === undefined || count === undefined) continue;
        if (count > 1) counts.set(value, count - 1);
        else counts.delete(value);
      }
    }
    left.set(field, counts);
  }
  return { facetDistribution: left, facetStats };
}
