import type { MatchingStrategy, Settings, SortRule } from "@miroir/meilisearch";
import { MeilisearchError, parseSort } from "@miroir/meilisearch";

type RuleKind = "relevancy" | "ascending sort" | "descending sort" | "ascending geo sort" | "descending geo sort";

/** A query by what its hits are ranked by, one after another; rules of relevancy in a row count as one. */
export interface RankedQuery {
  readonly position: number;
  readonly kinds: readonly RuleKind[];
}

/** The kinds of rules a query is ranked by, after those that do not apply to it are left out. */
export function ruleKinds(
  settings: Settings,
  query: {
    readonly by: "placeholder" | "keyword" | "vector";
    readonly sort: readonly SortRule[];
    readonly matchingStrategy: MatchingStrategy;
  },
): RuleKind[] {
  const kinds: RuleKind[] = [];
  const sorted = new Set<string>();
  let hasSort = false;
  let hasVector = false;
  const addRelevancy = (): void => {
    if (kinds.at(-1) !== "relevancy") kinds.push("relevancy");
  };
  const addSort = (rule: SortRule): void => {
    const field = rule.kind === "geo" ? "_geo" : rule.field;
    if (sorted.has(`${rule.kind} ${field}`)) return;
    sorted.add(`${rule.kind} ${field}`);
    kinds.push(`${rule.direction === "asc" ? "ascending" : "descending"} ${rule.kind === "geo" ? "geo " : ""}sort`);
  };
  for (const rule of settings.rankingRules) {
    if (rule === "sort") {
      if (!hasSort) for (const entry of query.sort) addSort(entry);
      hasSort = true;
    } else if (rule.includes(":")) {
      for (const custom of parseSort([rule])) addSort(custom);
    } else if (query.by === "vector") {
      // Similarity is there once; rules of relevancy that come again after a sort end the list.
      if (hasVector && sorted.size > 0) break;
      if (!hasVector) addRelevancy();
      hasVector = true;
    } else if (query.by === "keyword" && !(rule === "words" && query.matchingStrategy === "all")) {
      addRelevancy();
    }
  }
  return kinds;
}

/**
 * Throws invalid_multi_search_query_ranking_rules when hits of one query could not be told from hits of the other by
 * the first rules both have.
 */
export function checkComparable(previous: RankedQuery, current: RankedQuery): void {
  for (const [at, kind] of current.kinds.entries()) {
    const other = previous.kinds[at];
    if (other === undefined || other === kind) continue;
    throw new MeilisearchError(
      "invalid_multi_search_query_ranking_rules",
      `The results of queries #${previous.position} and #${current.position} are incompatible: \n  - cannot compare a rule of ${other} with a rule of ${kind}`,
    );
  }
}
