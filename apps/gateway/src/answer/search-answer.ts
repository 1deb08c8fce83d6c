import {
  facetDistributionJson,
  facetStatsJson,
  mergeFacetDistributions,
  mergeFacetStats,
  mergeHits,
  mergeTotals,
} from "@miroir/routing";
import type { SearchPlan, SearchSettings } from "../plan/search-plan.ts";
import type { NodeHit, NodeSearchAnswer } from "./node-search-answer.ts";
import { stripHit } from "./strip-hit.ts";

export type SearchAnswerOptions = {
  readonly plan: SearchPlan;
  readonly answers: readonly { readonly node: string; readonly value: NodeSearchAnswer }[];
  readonly faceting: SearchSettings["faceting"];
  readonly query: string;
  readonly hasFacets: boolean;
  readonly processingTimeMs: number;
  readonly requestUid: string;
  /** The exact total, where the sum of the nodes' totals is not. */
  readonly total?: number | undefined;
  /** JSON text of `metadata`, when it was asked for. */
  readonly metadata?: string | undefined;
};

type MergedHit = NodeHit & { readonly source: { readonly node: string; readonly position: number } };

/** A hit is dropped when a better one has any of its values, as on one node; hits without a value all stay. */
function mergeDistinct(lists: readonly (readonly MergedHit[])[], { offset, limit }: SearchPlan["window"]): MergedHit[] {
  const all = mergeHits({ lists, offset: 0, limit: lists.reduce((sum, list) => sum + list.length, 0) });
  const seen = new Set<string>();
  const kept = all.filter(({ distinctValues }) => {
    if (distinctValues.some((value) => seen.has(value))) return false;
    for (const value of distinctValues) seen.add(value);
    return true;
  });
  return kept.slice(offset, offset + limit);
}

/** The answer to a search as JSON text, in a node's order of members. Hits are the nodes' texts, cut and never rebuilt. */
export function searchAnswer(options: SearchAnswerOptions): string {
  const { plan, answers, faceting } = options;
  const lists = answers.map(({ node, value }) =>
    value.hits.map((hit, position) => ({ ...hit, source: { node, position } })),
  );
  const { window } = plan;
  const merged = plan.distinct === null ? mergeHits({ lists, ...window }) : mergeDistinct(lists, window);
  const hits = merged.map(({ text }) => stripHit(text, plan));
  const totals = options.total === undefined ? answers.map(({ value }) => value.total) : [options.total];
  const paging = mergeTotals(plan.paging, totals);
  const members: [name: string, json: string][] = [
    ["hits", `[${hits.join(",")}]`],
    ["query", JSON.stringify(options.query)],
    ["processingTimeMs", String(options.processingTimeMs)],
    ...Object.entries(paging).map(([name, value]): [string, string] => [name, String(value)]),
  ];
  if (options.hasFacets) {
    const matching = totals.reduce((sum, total) => sum + total, 0);
    const distributions = answers.map(({ value }) => value.facetDistribution);
    const facets = mergeFacetDistributions(distributions, faceting, matching);
    const stats = mergeFacetStats(answers.map(({ value }) => value.facetStats));
    members.push(["facetDistribution", facetDistributionJson(facets)], ["facetStats", facetStatsJson(stats)]);
  }
  members.push(["requestUid", JSON.stringify(options.requestUid)]);
  if (options.metadata !== undefined) members.push(["metadata", options.metadata]);
  const slowest = [...answers].sort((a, b) => b.value.processingTimeMs - a.value.processingTimeMs)[0];
  if (slowest?.value.performanceDetails !== undefined)
    members.push(["performanceDetails", slowest.value.performanceDetails]);
  return `{${members.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
}
