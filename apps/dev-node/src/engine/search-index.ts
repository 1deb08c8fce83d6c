import type { ExperimentalFeatures, SearchRequest, Settings, SortRule } from "@miroir/meilisearch";
import type { IndexView } from "../indexes/node-index.ts";
import type { BucketSortInput } from "./bucket-sort.ts";
import { bucketSort } from "./bucket-sort.ts";
import { oneOfEach, sharedValues } from "./distinct.ts";
import type { DocSet } from "./doc-set.ts";
import { countDocs, difference, emptyDocs, unite } from "./doc-set.ts";
import { evaluateFilter } from "./evaluate-filter.ts";
import type { FacetResult } from "./facet-distribution.ts";
import { facetDistribution } from "./facet-distribution.ts";
import type { Hit } from "./hybrid.ts";
import { keywordsSuffice, mergeHybrid } from "./hybrid.ts";
import { buildQueryGraph, resolveUniverse } from "./query-graph.ts";
import type { LocatedTerm } from "./query-terms.ts";
import { createTermMaker, parseQuery } from "./query-terms.ts";
import { rankingRules, vectorRules } from "./ranking-rules.ts";
import { checkSearch, facetNames } from "./search-checks.ts";
import type { SearchKind, SemanticQuery } from "./search-kind.ts";
import { searchKind } from "./search-kind.ts";
import { createTermDocs } from "./term-subset.ts";
import { distancesTo, vectorRule } from "./vector-rule.ts";

export interface SearchOutcome {
  readonly hits: readonly Hit[];
  readonly total: number;
  /** What counts as a match, as far as the ranking looked. */
  readonly candidates: DocSet;
  readonly facets: FacetResult | null;
  /** Every term of the query, n-grams included. */
  readonly terms: readonly LocatedTerm[];
  readonly sort: readonly SortRule[];
  /** How many hits come from vectors; null in a search by keywords. */
  readonly semanticHitCount: number | null;
  /** The vector that was searched for, if one was. */
  readonly vector: readonly number[] | null;
}

/** One way of ranking, and what it found. */
type Ranked = Pick<SearchOutcome, "hits" | "candidates" | "terms">;

/**
 * Searches one version of an index, by keywords, by vectors, or by both.
 * Throws MeilisearchError for what only the index can refuse: attributes that are not filterable, sortable or
 * searchable, embedders it has not, features that are off.
 */
export function searchIndex(
  view: IndexView,
  settings: Settings,
  features: ExperimentalFeatures,
  request: SearchRequest,
): SearchOutcome {
  const { sort, facetFields, restrictedTo } = checkSearch(request, view.facets, settings, features);
  const kind = searchKind(request, settings);

  let universe = view.all;
  if (request.filter !== null) {
    universe = evaluateFilter(request.filter, universe, { view, settings, features, code: "invalid_search_filter" });
  }
  const distinct = request.distinct ?? settings.distinctAttribute;
  const sameValue = distinct === null ? null : sharedValues(view.facets, view.capacity, distinct);
  const { from, end, byPage } = pageWindow(request, settings);

  const docs = createTermDocs(view.words(restrictedTo));
  const makeTerm = createTermMaker(docs.db, view.query);
  const { terms, negativeWords, negativePhrases } = parseQuery(
    kind.kind === "semantic" ? "" : (request.q ?? ""),
    view.query,
    makeTerm,
  );
  if (negativeWords.length + negativePhrases.length > 0) {
    const excluded = emptyDocs(view.capacity);
    for (const word of negativeWords) unite(excluded, docs.db.wordDocs(word, false));
    for (const phrase of negativePhrases) unite(excluded, docs.phrase(phrase));
    universe = difference(universe, excluded);
  }

  const rank = (input: Pick<BucketSortInput, "rules" | "graph" | "universe">) =>
    bucketSort({
      ...input,
      from: 0,
      length: end,
      threshold: request.rankingScoreThreshold,
      exhaustiveUpTo: byPage ? settings.pagination.maxTotalHits : null,
      sameValue,
    });
  const byKeywords = (): Ranked => {
    const graph = terms.length === 0 ? null : buildQueryGraph(terms, makeTerm);
    const ranked = rank({
      rules: rankingRules(docs, view.facets, settings, request, sort, graph !== null),
      universe: graph === null ? universe : resolveUniverse(graph, request.matchingStrategy, docs, universe),
      graph,
    });
    const readings = (graph?.nodes ?? []).flatMap(({ term }) =>
      term === null ? [] : [{ term: term.subset.term, positions: term.positions }],
    );
    // Totals of pages count one of each group; a search by vectors has looked no further than its hits.
    const candidates = byPage && sameValue !== null ? oneOfEach(ranked.candidates, sameValue) : ranked.candidates;
    return { hits: ranked.hits, candidates, terms: readings };
  };
  const byVectors = (vector: readonly number[], semantic: SemanticQuery): Ranked => {
    const distances = distancesTo(Float32Array.from(vector), embeddingsOf(view, semantic));
    const rules = vectorRules(vectorRule(distances, semantic.distribution), view.facets, settings, sort);
    return { ...rank({ rules, graph: null, universe }), terms: [] };
  };

  const found = search(kind, { end, sameValue }, byKeywords, byVectors);
  const hits = found.hits.slice(from);
  const total = countDocs(found.candidates);
  const facets = !request.facets?.length ? null : countFacets(view, settings, found.candidates, facetFields);
  const semantic = hits.filter(({ details }) => details.some((detail) => detail.kind === "vector"));
  return { ...found, hits, total, facets, sort, semanticHitCount: kind.kind === "keyword" ? null : semantic.length };
}

/** Ranks everything up to the end of the page, as nodes do, whose totals depend on it. */
function search(
  kind: SearchKind,
  { end, sameValue }: Pick<BucketSortInput, "sameValue"> & { readonly end: number },
  byKeywords: () => Ranked,
  byVectors: (vector: readonly number[], semantic: SemanticQuery) => Ranked,
): Ranked & Pick<SearchOutcome, "vector"> {
  switch (kind.kind) {
    case "keyword":
      return { ...byKeywords(), vector: null };
    case "semantic":
      return { ...byVectors(kind.vector, kind), vector: kind.vector };
    case "hybrid": {
      const keywords = byKeywords();
      if (kind.vector === null || keywordsSuffice(keywords.hits, end, kind.ratio)) return { ...keywords, vector: null };
      const vectors = byVectors(kind.vector, kind);
      const merged = mergeHybrid({ keywords, vectors, ratio: kind.ratio, length: end, sameValue });
      return { ...merged, terms: keywords.terms, vector: kind.vector };
    }
  }
}

function* embeddingsOf(view: IndexView, { embedder }: SemanticQuery) {
  for (const [docid, { embeddings }] of view.vectors(embedder)) yield [docid, embeddings] as const;
}

/** Which ranked hits a request asks for; what lies beyond `maxTotalHits` is out of reach. */
function pageWindow(
  request: SearchRequest,
  settings: Settings,
): { readonly from: number; readonly end: number; readonly byPage: boolean } {
  const byPage = request.page !== null || request.hitsPerPage !== null;
  const perPage = request.hitsPerPage ?? 20;
  const page = request.page ?? 1;
  const { maxTotalHits } = settings.pagination;
  const from = Math.min(byPage ? Math.max(0, page - 1) * perPage : request.offset, maxTotalHits);
  const asked = byPage ? (page === 0 ? 0 : perPage) : request.limit;
  return { from, end: Math.min(from + asked, maxTotalHits), byPage };
}

/** The facets that patterns stand for, counted among the candidates. Throws invalid_search_facets. */
export function countFacetPatterns(
  view: IndexView,
  settings: Settings,
  candidates: DocSet,
  patterns: readonly string[],
): FacetResult {
  return countFacets(view, settings, candidates, facetNames(patterns, view.facets, settings));
}

function countFacets(view: IndexView, settings: Settings, candidates: DocSet, fields: readonly string[]): FacetResult {
  const { maxValuesPerFacet } = settings.faceting;
  return facetDistribution(view.facets, candidates, countDocs(candidates), fields, maxValuesPerFacet, (field) =>
    facetOrder(settings, field),
  );
}

export function facetOrder(settings: Settings, field: string): "alpha" | "count" {
  const { sortFacetValuesBy } = settings.faceting;
  return sortFacetValuesBy[field] ?? sortFacetValuesBy["*"] ?? "alpha";
}
