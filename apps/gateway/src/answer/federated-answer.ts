import { type Federation, MeilisearchError, objectFields, type Settings } from "@miroir/meilisearch";
import {
  facetDistributionJson,
  facetStatsJson,
  type IndexFacets,
  mergeIndexFacets,
  mergeQueries,
  mergeTotals,
  pagingOf,
  type ScoreValue,
  scoreValues,
} from "@miroir/routing";
import { type GatheredSearch, isSemanticHit } from "../execute/gather-search.ts";
import type { FederationWindow, PlacedQuery } from "../plan/federation-plan.ts";
import { firstOfEach, type RankedHit } from "./rank-hits.ts";
import { objectJson, performanceDetails, queryVector } from "./search-answer.ts";
import { stripHit } from "./strip-hit.ts";

/** A hit of a federated search. */
type FederatedHit = {
  readonly hit: RankedHit;
  readonly values: readonly ScoreValue[];
  readonly weightedScore: number;
  readonly queryPosition: number;
  readonly query: PlacedQuery;
  readonly plan: GatheredSearch["plan"];
};

/** What was found in one index. */
export type IndexAnswer = {
  readonly indexUid: string;
  readonly settings: Settings;
  readonly searches: readonly { readonly query: PlacedQuery; readonly gathered: GatheredSearch }[];
  readonly total: number;
  readonly facets: IndexFacets | null;
};

export type FederatedAnswerOptions = {
  /** By uid. */
  readonly indexes: readonly IndexAnswer[];
  readonly federation: Federation;
  readonly window: FederationWindow;
  readonly processingTimeMs: number;
  readonly requestUid: string;
  /** JSON texts of the queries' metadata, when they were asked for. */
  readonly metadata: readonly string[] | null;
};

/**
 * The answer to a federated search as JSON text: first all queries of each index, then all indexes, are merged, as on one
 * node.
 *
 * @throws MeilisearchError invalid_multi_search_facet_order
 */
export function federatedAnswer(options: FederatedAnswerOptions): string {
  const { indexes, federation, window } = options;
  const merged = [...mergeQueries(indexes.map((index) => hitsOfIndex(index, options)))];
  const kept = federation.distinct === null ? merged : firstOfEach(merged, ({ hit }) => hit.distinctValues);
  const page = kept.slice(window.from, window.from + window.length);
  const total = indexes.reduce((sum, index) => sum + index.total, 0) - (merged.length - kept.length);
  const searches = indexes.flatMap((index) => index.searches);
  const members: [name: string, json: string][] = [["hits", `[${page.map(hitJson).join(",")}]`]];
  if (searches.some(({ query }) => query.request.retrieveVectors))
    members.push(["queryVectors", vectorsJson(searches)]);
  members.push(["processingTimeMs", String(options.processingTimeMs)]);
  for (const [name, value] of Object.entries(mergeTotals(pagingOf(federation), [total])))
    members.push([name, String(value)]);
  members.push(...facetMembers(options), ["requestUid", JSON.stringify(options.requestUid)]);
  if (options.metadata) members.push(["metadata", `[${options.metadata.join(",")}]`]);
  if (searches.some(({ gathered }) => gathered.isSemantic))
    members.push(["semanticHitCount", String(page.filter(({ hit }) => isSemanticHit(hit)).length)]);
  if (federation.showPerformanceDetails)
    members.push([
      "performanceDetails",
      performanceDetails(searches.flatMap(({ gathered }) => gathered.parts)) ?? "{}",
    ]);
  return objectJson(members);
}

/** All queries of one index as one list of hits, in which each document stands once. */
function hitsOfIndex(
  { searches, settings }: IndexAnswer,
  { federation, window }: FederatedAnswerOptions,
): FederatedHit[] {
  const lists = searches.map(({ query, gathered }) =>
    gathered.hits.map((hit): FederatedHit => {
      const weightedScore = (hit.score ?? 0) * query.weight;
      const values = scoreValues(hit, query.weight);
      return { hit, values, weightedScore, queryPosition: query.position, query, plan: gathered.plan };
    }),
  );
  const once = firstOfEach([...mergeQueries(lists)], ({ hit }) => [hit.identity]);
  const distinct = federation.distinct === null ? once : firstOfEach(once, ({ hit }) => hit.distinctValues);
  return distinct.slice(0, Math.min(window.from + window.length, settings.pagination.maxTotalHits));
}

/** Members of a hit that a node writes after the one that tells where the hit comes from. */
const LATER = new Set(["_formatted", "_matchesPosition", "_rankingScore", "_rankingScoreDetails"]);

function hitJson({ hit, plan, query, weightedScore }: FederatedHit): string {
  const text = stripHit(hit.text, plan);
  const score = Number.isInteger(weightedScore) ? `${weightedScore}.0` : String(weightedScore);
  const federation = `"_federation":{"indexUid":${JSON.stringify(query.indexUid)},"queriesPosition":${query.position},"weightedRankingScore":${score}}`;
  const members = Array.from(objectFields(text), ({ key, keyStart, valueEnd }) => ({
    key,
    json: text.slice(keyStart, valueEnd),
  }));
  const at = members.findIndex(({ key }) => LATER.has(key));
  const texts = members.map(({ json }) => json);
  texts.splice(at === -1 ? texts.length : at, 0, federation);
  return `{${texts.join(",")}}`;
}

function vectorsJson(searches: IndexAnswer["searches"]): string {
  return objectJson(
    searches.flatMap(({ query, gathered }): [string, string][] => {
      const vector = query.request.retrieveVectors ? queryVector(gathered) : undefined;
      return vector === undefined ? [] : [[String(query.position), vector]];
    }),
  );
}

function facetMembers({ indexes, federation }: FederatedAnswerOptions): [name: string, json: string][] {
  const counted = indexes.flatMap(({ indexUid, settings, facets }) => (facets ? [{ indexUid, settings, facets }] : []));
  const orders = federation.mergeFacets === null ? null : facetOrders(counted);
  if (counted.length === 0) return [];
  if (federation.mergeFacets !== null && orders !== null) {
    const all = counted.map(({ facets }) => facets);
    const orderOf = (facet: string) => orders.get(facet)?.order ?? "alpha";
    const { facets, stats } = mergeIndexFacets(all, orderOf, federation.mergeFacets.maxValuesPerFacet);
    return [
      ["facetDistribution", facetDistributionJson(facets)],
      ["facetStats", facetStatsJson(stats)],
    ];
  }
  const byIndex = counted.map(({ indexUid, facets: { facets, stats } }): [string, string] => [
    indexUid,
    objectJson([
      ["distribution", facetDistributionJson(facets)],
      ["stats", facetStatsJson(stats)],
    ]),
  ]);
  return [["facetsByIndex", objectJson(byIndex)]];
}

type FacetOrder = { readonly indexUid: string; readonly order: "alpha" | "count" };

/** Which way each facet is ordered. @throws MeilisearchError invalid_multi_search_facet_order when indexes disagree */
function facetOrders(
  counted: readonly { indexUid: string; settings: Settings; facets: IndexFacets }[],
): Map<string, FacetOrder> {
  const orders = new Map<string, FacetOrder>();
  for (const { indexUid, settings, facets } of counted) {
    const { sortFacetValuesBy } = settings.faceting;
    for (const { facet } of facets.facets) {
      const order = sortFacetValuesBy[facet] ?? sortFacetValuesBy["*"] ?? "alpha";
      const known = orders.get(facet) ?? { indexUid, order };
      orders.set(facet, known);
      if (known.order === order) continue;
      throw new MeilisearchError(
        "invalid_multi_search_facet_order",
        `Inside \`.federation.facetsByIndex.${indexUid}\`: Inconsistent order for values in facet \`${facet}\`: index \`${known.indexUid}\` orders by \`${known.order}\`, but index \`${indexUid}\` orders by \`${order}\``,
      );
    }
  }
  return orders;
}
