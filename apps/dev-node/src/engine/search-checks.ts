import type { ExperimentalFeatures, SearchRequest, Settings, SortRule } from "@miroir/meilisearch";
import { MeilisearchError, parseSort } from "@miroir/meilisearch";
import { checkFeature } from "../features.ts";
import { matchesAttribute, matchesPattern } from "./attribute-patterns.ts";
import type { FacetReader } from "./facet-values.ts";
import { filterFeatures } from "./filterable.ts";

export interface CheckedSearch {
  readonly sort: readonly SortRule[];
  /** The attributes to count values of, in alphabetical order. */
  readonly facetFields: readonly string[];
  /** The attributes to search in; null for all searchable ones. */
  readonly restrictedTo: readonly string[] | null;
}

/** Checks what only the index can: attributes that must be sortable, filterable, searchable. Throws MeilisearchError. */
export function checkSearch(
  request: SearchRequest,
  facets: FacetReader,
  settings: Settings,
  features: ExperimentalFeatures,
): CheckedSearch {
  if (request.media !== null) checkFeature(features, "multimodal", "Passing `media` in a search query");
  if (request.useNetwork === true) checkFeature(features, "network", "Passing `useNetwork` in a search query");
  const sort = checkSort(parseSort(request.sort), settings);
  checkDistinct(request.distinct, settings);
  return {
    sort,
    facetFields: request.facets === null ? [] : facetNames(request.facets, facets, settings),
    restrictedTo: checkSearchOn(request.attributesToSearchOn, settings),
  };
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

/** The attributes that facet names and patterns stand for, in alphabetical order. Throws invalid_search_facets. */
export function facetNames(patterns: readonly string[], facets: FacetReader, settings: Settings): string[] {
  const rules = settings.filterableAttributes;
  for (const pattern of patterns) {
    const known = pattern.includes("*") ? rules.length > 0 : filterFeatures(rules, pattern) !== null;
    if (!known)
      throw new MeilisearchError(
        "invalid_search_facets",
        `Invalid facet distribution: Attribute \`${pattern}\` is not filterable.`,
      );
  }
  const names = new Set([...facets.fieldNames(), ...(facets.geoPoints.size > 0 ? ["_geo.lat", "_geo.lng"] : [])]);
  return [...names]
    .filter(
      (name) =>
        patterns.some((pattern) => matchesPattern(pattern, name) || name.startsWith(`${pattern}.`)) &&
        filterFeatures(rules, name) !== null,
    )
    .sort();
}
