import type { SearchRequest, Settings, SortRule } from "@miroir/meilisearch";
import { MeilisearchError, parseSort } from "@miroir/meilisearch";
import type { IndexView } from "../indexes/node-index.ts";
import { matchesAttribute, matchesPattern } from "./attribute-patterns.ts";
import { bucketSort } from "./bucket-sort.ts";
import type { DocSet } from "./doc-set.ts";
import { addDoc, countDocs, difference, docsOf, emptyDocs, hasDoc, subtract, unite } from "./doc-set.ts";
import { evaluateFilter } from "./evaluate-filter.ts";
import type { FacetResult } from "./facet-distribution.ts";
import { facetDistribution } from "./facet-distribution.ts";
import { filterFeatures } from "./filterable.ts";
import { buildQueryGraph, resolveUniverse } from "./query-graph.ts";
import type { LocatedTerm } from "./query-terms.ts";
import { createTermMaker, parseQuery } from "./query-terms.ts";
import type { Rule } from "./rule.ts";
import type { ScoreDetail } from "./score.ts";
import { geoSortRule, sortRule } from "./sort-rules.ts";
import type { TermDocs } from "./term-subset.ts";
import { createTermDocs } from "./term-subset.ts";
import {
  attributeRankRule,
  exactAttributeRule,
  exactWordsRule,
  proximityRule,
  typoRule,
  wordPositionRule,
  wordsRule,
} from "./word-rules.ts";

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
  const sort = checkSort(parseSort(request.sort), settings);
  checkDistinct(request.distinct, settings);
  if (
    request.hybrid !== null &&
    request.q !== null &&
    request.q.trim() !== "" &&
    !(request.hybrid.embedder in settings.embedders)
  ) {
    throw new MeilisearchError(
      "invalid_search_embedder",
      `Cannot find embedder with name \`${request.hybrid.embedder}\`.`,
    );
  }
  const facetFields = request.facets === null ? [] : facetNames(request.facets, view, settings);
  const restrictedTo = checkSearchOn(request.attributesToSearchOn, settings);

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
  const sameValue = distinct === null ? null : sharedValues(view, distinct);
  const output = bucketSort({
    rules: rankingRules(docs, view, settings, request, sort, graph !== null),
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

/** The rules of a search in the order of the settings; those about words need a query. */
function rankingRules(
  docs: TermDocs,
  view: IndexView,
  settings: Settings,
  request: SearchRequest,
  sort: readonly SortRule[],
  hasQuery: boolean,
): Rule[] {
  const rules: Rule[] = [];
  const used = new Set<string>();
  const sorted = new Set<string>();
  let geoSorted = false;
  // With the strategy "all" every document has every word, so the rule would have nothing to order.
  let words = request.matchingStrategy === "all";
  const once = (name: string, make: () => Rule[]): void => {
    if (used.has(name)) return;
    used.add(name);
    if (!words) {
      words = true;
      rules.push(wordsRule(docs, request.matchingStrategy));
    }
    rules.push(...make());
  };
  const bySort = ({ field, direction }: { field: string; direction: string }): void => {
    if (sorted.has(field)) return;
    sorted.add(field);
    rules.push(sortRule(view.facets, { field, ascending: direction === "asc", hidden: !isDisplayed(settings, field) }));
  };
  const weights = {
    weight: (field: string): number => {
      if (settings.searchableAttributes.includes("*")) return 0;
      return Math.max(
        0,
        settings.searchableAttributes.findIndex((name) => matchesAttribute(name, field)),
      );
    },
    max: settings.searchableAttributes.includes("*") ? null : Math.max(0, settings.searchableAttributes.length - 1),
  };
  for (const rule of settings.rankingRules) {
    switch (rule) {
      case "words":
        if (hasQuery && !words) {
          words = true;
          rules.push(wordsRule(docs, request.matchingStrategy));
        }
        break;
      case "typo":
        if (hasQuery) once(rule, () => [typoRule(docs)]);
        break;
      case "proximity":
        if (hasQuery) once(rule, () => [proximityRule(docs)]);
        break;
      case "attribute":
        if (hasQuery) once(rule, () => [attributeRankRule(docs, weights), wordPositionRule(docs)]);
        break;
      case "attributeRank":
        if (hasQuery) once(rule, () => [attributeRankRule(docs, weights)]);
        break;
      case "wordPosition":
        if (hasQuery) once(rule, () => [wordPositionRule(docs)]);
        break;
      case "exactness":
        if (hasQuery) once(rule, () => [exactAttributeRule(docs), exactWordsRule(docs)]);
        break;
      case "sort":
        if (used.has(rule)) break;
        used.add(rule);
        for (const entry of sort) {
          if (entry.kind === "field") bySort(entry);
          else if (!geoSorted) {
            geoSorted = true;
            rules.push(geoSortRule(view.facets, [entry.latitude, entry.longitude], entry.direction === "asc"));
          }
        }
        break;
      default: {
        const [custom] = parseSort([rule]);
        if (custom?.kind === "field") bySort(custom);
      }
    }
  }
  return rules;
}

export function isDisplayed(settings: Settings, field: string): boolean {
  return settings.displayedAttributes.some((name) => name === "*" || matchesAttribute(name, field));
}

function checkSort(sort: SortRule[], settings: Settings): SortRule[] {
  if (sort.length > 0 && !settings.rankingRules.includes("sort")) {
    throw new MeilisearchError(
      "invalid_search_sort",
      "You must specify where `sort` is listed in the rankingRules setting to use the sort parameter at search time.",
    );
  }
  checkSortable(sort, settings, "invalid_search_sort");
  return sort;
}

export function checkSortable(
  sort: readonly SortRule[],
  settings: Settings,
  code: "invalid_search_sort" | "invalid_document_sort",
): void {
  for (const rule of sort) {
    const field = rule.kind === "geo" ? "_geo" : rule.field;
    if (!settings.sortableAttributes.some((name) => name === field || field.startsWith(`${name}.`))) {
      throw new MeilisearchError(code, `Attribute \`${field}\` is not sortable.`);
    }
  }
}

function checkDistinct(distinct: string | null, settings: Settings): void {
  if (distinct !== null && filterFeatures(settings.filterableAttributes, distinct) === null) {
    throw new MeilisearchError(
      "invalid_search_distinct",
      `Attribute \`${distinct}\` is not filterable and thus, cannot be used as distinct attribute.`,
    );
  }
}

function checkSearchOn(names: readonly string[] | null, settings: Settings): readonly string[] | null {
  if (names === null || names.includes("*")) return null;
  if (!settings.searchableAttributes.includes("*")) {
    for (const name of names) {
      if (!settings.searchableAttributes.some((searchable) => matchesAttribute(searchable, name))) {
        throw new MeilisearchError(
          "invalid_search_attributes_to_search_on",
          `Attribute \`${name}\` is not searchable.`,
        );
      }
    }
  }
  return names;
}

/** The attributes that facet names and patterns stand for, in alphabetical order. */
function facetNames(patterns: readonly string[], view: IndexView, settings: Settings): string[] {
  const rules = settings.filterableAttributes;
  for (const pattern of patterns) {
    const known = pattern.includes("*") ? rules.length > 0 : filterFeatures(rules, pattern) !== null;
    if (!known)
      throw new MeilisearchError(
        "invalid_search_facets",
        `Invalid facet distribution: Attribute \`${pattern}\` is not filterable.`,
      );
  }
  const names = new Set([
    ...view.facets.fieldNames(),
    ...(view.facets.geoPoints.size > 0 ? ["_geo.lat", "_geo.lng"] : []),
  ]);
  return [...names]
    .filter(
      (name) =>
        patterns.some((pattern) => matchesPattern(pattern, name) || name.startsWith(`${pattern}.`)) &&
        filterFeatures(rules, name) !== null,
    )
    .sort();
}

/** For each document, all documents that share one of its values of the distinct attribute. */
function sharedValues(view: IndexView, field: string): (docid: number) => DocSet {
  const values = view.facets.field(field)?.byDocument;
  const groups = new Map<number | string, DocSet>();
  const keysOf = (docid: number): (number | string)[] => {
    const own = values?.get(docid);
    return own === undefined ? [] : [...own.numbers, ...own.strings.keys()];
  };
  for (const docid of values?.keys() ?? []) {
    for (const key of keysOf(docid)) {
      let group = groups.get(key);
      if (group === undefined) {
        group = emptyDocs(view.capacity);
        groups.set(key, group);
      }
      addDoc(group, docid);
    }
  }
  return (docid) => {
    const out = emptyDocs(view.capacity);
    for (const key of keysOf(docid)) unite(out, groups.get(key) as DocSet);
    return out;
  };
}

function oneOfEach(candidates: DocSet, sameValue: (docid: number) => DocSet): DocSet {
  const left = candidates.slice();
  const out = emptyDocs(candidates.length * 32);
  for (const docid of docsOf(candidates)) {
    if (!hasDoc(left, docid)) continue;
    addDoc(out, docid);
    subtract(left, sameValue(docid));
  }
  return out;
}
