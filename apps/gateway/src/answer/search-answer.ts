import {
  facetDistributionJson,
  facetStatsJson,
  type IndexFacets,
  mergeFacetDistributions,
  mergeFacetStats,
  mergeTotals,
} from "@miroir/routing";
import { type GatheredSearch, isSemanticHit } from "../execute/gather-search.ts";
import type { SearchSettings } from "../plan/search-plan.ts";
import type { NodeSearchAnswer } from "./node-search-answer.ts";
import type { SearchPart } from "./rank-hits.ts";
import { stripHit } from "./strip-hit.ts";

export type SearchAnswerOptions = {
  readonly gathered: GatheredSearch;
  readonly faceting: SearchSettings["faceting"];
  readonly query: string;
  readonly hasFacets: boolean;
  readonly retrieveVectors: boolean;
  readonly processingTimeMs: number;
  readonly requestUid: string;
  /** JSON text of `metadata`, when it was asked for. */
  readonly metadata?: string | undefined;
};

type Members = [name: string, json: string][];

/** The answer to a search as JSON text, in a node's order of members. Hits are the nodes' texts, cut and never rebuilt. */
export function searchAnswer(options: SearchAnswerOptions): string {
  const { gathered, faceting } = options;
  const { plan, parts, total } = gathered;
  const { offset, limit } = plan.window;
  const page = gathered.hits.slice(offset, offset + limit);
  const paging = mergeTotals(plan.paging, [total]);
  const vector = options.retrieveVectors ? queryVector(gathered) : undefined;
  const members: Members = [
    ["hits", `[${page.map(({ text }) => stripHit(text, plan)).join(",")}]`],
    ["query", JSON.stringify(options.query)],
    ...(vector === undefined ? [] : ([["queryVector", vector]] satisfies Members)),
    ["processingTimeMs", String(options.processingTimeMs)],
    ...Object.entries(paging).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  if (options.hasFacets) {
    const ofNodes = parts.map(({ value }) => value);
    const { facets, stats } = mergeFacets(ofNodes, faceting, total);
    members.push(["facetDistribution", facetDistributionJson(facets)], ["facetStats", facetStatsJson(stats)]);
  }
  members.push(["requestUid", JSON.stringify(options.requestUid)]);
  if (options.metadata !== undefined) members.push(["metadata", options.metadata]);
  const performance = performanceDetails(parts);
  if (performance !== undefined) members.push(["performanceDetails", performance]);
  if (gathered.isSemantic) members.push(["semanticHitCount", String(page.filter(isSemanticHit).length)]);
  return objectJson(members);
}

/** An object as JSON text, of members that are JSON texts. */
export function objectJson(members: readonly (readonly [name: string, json: string])[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}

/** What one node says about facets. */
export type NodeFacets = Pick<NodeSearchAnswer, "facetDistribution" | "facetStats">;

/** The facets of one index over all nodes. @param total how many documents match */
export function mergeFacets(
  ofNodes: readonly NodeFacets[],
  faceting: SearchSettings["faceting"],
  total: number,
): IndexFacets {
  const distributions = ofNodes.map(({ facetDistribution }) => facetDistribution);
  return {
    facets: mergeFacetDistributions(distributions, faceting, total),
    stats: mergeFacetStats(ofNodes.map(({ facetStats }) => facetStats)),
  };
}

/** The vector that was searched for, as a node wrote it: JSON text. */
export function queryVector({ parts, vector }: GatheredSearch): string | undefined {
  if (vector === null) return undefined;
  return parts.find(({ value }) => value.queryVector !== undefined)?.value.queryVector ?? JSON.stringify(vector);
}

/** What the slowest node says about its time, when it was asked: JSON text. */
export function performanceDetails(parts: readonly SearchPart[]): string | undefined {
  const slowest = [...parts].sort((a, b) => b.value.processingTimeMs - a.value.processingTimeMs)[0];
  return slowest?.value.performanceDetails;
}
