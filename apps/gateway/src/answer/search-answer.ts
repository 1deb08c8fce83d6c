import {
  facetDistributionJson,
  facetStatsJson,
  type Hit,
  mergeFacetDistributions,
  mergeFacetStats,
  mergeHits,
  mergeTotals,
} from "@miroir/routing";
import type { SearchPlan, SearchSettings } from "../plan/search-plan.ts";
import type { NodeSearchAnswer } from "./node-search-answer.ts";
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

/** The answer to a search as JSON text, in a node's order of members. Hits are the nodes' texts, cut and never rebuilt. */
export function searchAnswer(options: SearchAnswerOptions): string {
  const { plan, answers, faceting } = options;
  const lists = answers.map(({ node, value }) =>
    value.hits.map((hit, position): Hit => ({ ...hit, source: { node, position } })),
  );
  const hits = mergeHits({ lists, ...plan.window }).map(({ text }) => stripHit(text, plan));
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
