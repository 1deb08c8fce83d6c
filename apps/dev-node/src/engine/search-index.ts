import type { SearchRequest, Settings, SortRule } from "@miroir/meilisearch";
import type { IndexView } from "../indexes/node-index.ts";
import { bucketSort } from "./bucket-sort.ts";
import { oneOfEach, sharedValues } from "./distinct.ts";
import type { DocSet } from "./doc-set.ts";
import { countDocs, difference, emptyDocs, unite } from "./doc-set.ts";
import { evaluateFilter } from "./evaluate-filter.ts";
import type { FacetResult } from "./facet-distribution.ts";
import { facetDistribution } from "./facet-distribution.ts";
import { buildQueryGraph, resolveUniverse } from "./query-graph.ts";
import type { LocatedTerm } from "./query-terms.ts";
import { createTermMaker, parseQuery } from "./query-terms.ts";
import { rankingRules } from "./ranking-rules.ts";
import type { ScoreDetail } from "./score.ts";
import { checkSearch } from "./search-checks.ts";
import { createTermDocs } from "./term-subset.ts";

export interface SearchOutcome {
  readonly hits: readonly { readonly docid: number; readonly details: readonly ScoreDetail[] }[];
  readonly total: number;
  /** What counts as a match, as far as the ranking looked. */
  readonly candidates: DocSet;
  readonly facets: FacetResult | null;
  /** Every term of the query, n-grams included. */
  readonly terms: readonly LocatedTerm[];
  readonly sort: readonly SortRule[];
}

/**
 * Searches one version of an index.
 * Throws MeilisearchError for what only the index can refuse: attributes that are not filterable, sortable or searchable.
 */
export function searchIndex(view: IndexView, settings: Settings, request: SearchRequest): SearchOutcome {
  const { sort, facetFields, restrictedTo } = checkSearch(request, view.facets, settings);

  let universe = view.all;
  if (request.filter !== null) {
    universe = evaluateFilter(
      request.filter,
      universe,
      view.facets,
      settings.filterableAttributes,
      "invalid_search_filter",
    );
  }

  const docs = createTermDocs(view.words(restrictedTo));
  const makeTerm = createTermMaker(docs.db, view.query);
  const { terms, negativeWords, negativePhrases } = parseQuery(request.q ?? "", view.query, makeTerm);
  if (negativeWords.length + negativePhrases.length > 0) {
    const excluded = emptyDocs(view.capacity);
    for (const word of negativeWords) unite(excluded, docs.db.wordDocs(word, false));
    for (const phrase of negativePhrases) unite(excluded, docs.phrase(phrase));
    universe = difference(universe, excluded);
  }
  const graph = terms.length === 0 ? null : buildQueryGraph(terms, makeTerm);
  if (graph !== null) universe = resolveUniverse(graph, request.matchingStrategy, docs, universe);

  const byPage = request.page !== null || request.hitsPerPage !== null;
  const perPage = request.hitsPerPage ?? 20;
  const page = request.page ?? 1;
  const { maxTotalHits } = settings.pagination;
  const from = Math.min(byPage ? Math.max(0, page - 1) * perPage : request.offset, maxTotalHits);
  const asked = byPage ? (page === 0 ? 0 : perPage) : request.limit;
  const length = Math.min(asked, maxTotalHits - from);

  const distinct = request.distinct ?? settings.distinctAttribute;
  const sameValue = distinct === null ? null : sharedValues(view.facets, view.capacity, distinct);
  const output = bucketSort({
    rules: rankingRules(docs, view.facets, settings, request, sort, graph !== null),
    graph,
    universe,
    from,
    length,
    threshold: request.rankingScoreThreshold,
    exhaustiveUpTo: byPage ? maxTotalHits : null,
    sameValue,
  });
  let candidates = output.candidates;
  if (byPage && sameValue !== null) candidates = oneOfEach(candidates, sameValue);

  const total = countDocs(candidates);
  const facets =
    request.facets === null || request.facets.length === 0
      ? null
      : facetDistribution(view.facets, candidates, total, facetFields, settings.faceting.maxValuesPerFacet, (field) =>
          facetOrder(settings, field),
        );
  const readings = (graph?.nodes ?? []).flatMap(({ term }) =>
    term === null ? [] : [{ term: term.subset.term, positions: term.positions }],
  );
  return { hits: output.hits, total, candidates, facets, terms: readings, sort };
}

function facetOrder(settings: Settings, field: string): "alpha" | "count" {
  const { sortFacetValuesBy } = settings.faceting;
  return sortFacetValuesBy[field] ?? sortFacetValuesBy["*"] ?? "alpha";
}
