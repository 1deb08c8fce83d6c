import { MeilisearchError, parseSort, type SearchRequest, type Settings, type SortRule } from "@miroir/meilisearch";
import type { SearchKind } from "./search-kind.ts";

type RuleKind = "relevancy" | "ascending sort" | "descending sort" | "ascending geo sort" | "descending geo sort";

/** Stands for the sort by distance among fields, none of which can have this name. */
const GEO = "_geo()";

/** A query by what its hits are ranked by, one after another; rules of relevancy in a row count as one. */
type RankedQuery = { readonly position: number; readonly kinds: readonly RuleKind[] };

export type PlacedSearch = {
  readonly position: number;
  readonly request: SearchRequest;
  readonly settings: Pick<Settings, "rankingRules">;
  readonly kind: SearchKind;
};

/** Refuses queries whose hits cannot be compared by the first rules both have; to be called for one query after another. */
export function createRankingCheck(): (query: PlacedSearch) => void {
  let longest: RankedQuery | undefined;
  return (query) => {
    const current = { position: query.position, kinds: ruleKinds(query) };
    for (const [at, kind] of current.kinds.entries()) {
      const other = longest?.kinds[at];
      if (longest === undefined || other === undefined || other === kind) continue;
      throw new MeilisearchError(
        "invalid_multi_search_query_ranking_rules",
        `The results of queries #${longest.position} and #${current.position} are incompatible: \n  - cannot compare a rule of ${other} with a rule of ${kind}`,
      );
    }
    if (longest === undefined || longest.kinds.length <= current.kinds.length) longest = current;
  };
}

/** The kinds of rules a query is ranked by, after those that do not apply to it are left out. */
function ruleKinds({ request, settings, kind: { kind: by } }: PlacedSearch): RuleKind[] {
  const kinds: RuleKind[] = [];
  const sorted = new Set<string>();
  const hasQuery = (request.q ?? "").trim() !== "";
  const rankedByWords = by !== "semantic" && hasQuery;
  let hasSort = false;
  let hasVector = false;
  const addRelevancy = () => {
    if (kinds.at(-1) !== "relevancy") kinds.push("relevancy");
  };
  const addSorts = (rules: readonly SortRule[]) => {
    for (const rule of rules) {
      const name = rule.kind === "geo" ? GEO : rule.field;
      if (sorted.has(name)) continue;
      sorted.add(name);
      kinds.push(`${rule.direction === "asc" ? "ascending" : "descending"} ${rule.kind === "geo" ? "geo " : ""}sort`);
    }
  };
  for (const rule of settings.rankingRules) {
    if (rule === "sort") {
      if (!hasSort) addSorts(parseSort(request.sort));
      hasSort = true;
    } else if (rule.includes(":")) {
      addSorts(parseSort([rule]));
    } else if (by === "semantic") {
      // Similarity is there once; a rule of relevancy that comes again after a sort by a field ends the list.
      if (hasVector && [...sorted].some((name) => name !== GEO)) break;
      if (!hasVector) addRelevancy();
      hasVector = true;
    } else if (rankedByWords && !(rule === "words" && request.matchingStrategy === "all")) {
      addRelevancy();
    }
  }
  return kinds;
}
