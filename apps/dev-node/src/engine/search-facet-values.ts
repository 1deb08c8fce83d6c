import type { Settings } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";
import { normalizeWord } from "../text/tokenize.ts";
import { matchesAttribute } from "./attribute-patterns.ts";
import type { DocSet } from "./doc-set.ts";
import { hasDoc } from "./doc-set.ts";
import { editDistance } from "./edit-distance.ts";
import type { FacetReader } from "./facet-values.ts";
import { filterFeatures } from "./filterable.ts";
import { compareBytes } from "./sort-rules.ts";

export interface FacetHit {
  readonly value: string;
  readonly count: number;
}

/** Whether the values of an attribute may be searched. Throws facet_search_disabled, invalid_facet_search_facet_name. */
export function checkFacetSearch(facet: string, settings: Settings): void {
  if (!settings.facetSearch) {
    throw new MeilisearchError("facet_search_disabled", "The facet search is disabled for this index");
  }
  if (filterFeatures(settings.filterableAttributes, facet)?.facetSearch !== true) {
    throw new MeilisearchError("invalid_facet_search_facet_name", `Attribute \`${facet}\` is not facet-searchable.`);
  }
}

/**
 * The text values of an attribute among the candidates that begin with the query, typos allowed by its length in bytes,
 * letter case and accents ignored. Numbers are never found.
 */
export function searchFacetValues(
  facets: FacetReader,
  candidates: DocSet,
  facet: string,
  query: string | null,
  settings: Settings,
): FacetHit[] {
  const found = new Map<string, { value: string; count: number }>();
  for (const [docid, { strings }] of facets.field(facet)?.byDocument ?? []) {
    for (const [normalized, value] of strings) {
      const known = found.get(normalized) ?? { value, count: 0 };
      found.set(normalized, { ...known, count: known.count + (hasDoc(candidates, docid) ? 1 : 0) });
    }
  }
  const matches = valueTest(query, facet, settings);
  const { maxValuesPerFacet, sortFacetValuesBy } = settings.faceting;
  const hits = [...found]
    .filter(([normalized, { count }]) => count > 0 && matches(normalized))
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, hit]) => hit);
  if ((sortFacetValuesBy[facet] ?? sortFacetValuesBy["*"]) === "count") {
    hits.sort((a, b) => b.count - a.count || compareBytes(b.value, a.value));
  }
  return hits.slice(0, maxValuesPerFacet);
}

function valueTest(query: string | null, facet: string, settings: Settings): (normalized: string) => boolean {
  if (query === null || query === "") return () => true;
  const wanted = normalizeWord(query);
  const { enabled, disableOnAttributes, disableOnWords, minWordSizeForTypos } = settings.typoTolerance;
  if (disableOnWords.includes(wanted)) return (value) => normalizeWord(value) === wanted;
  const size = Buffer.byteLength(wanted);
  const tolerant = enabled && !disableOnAttributes.some((name) => matchesAttribute(name, facet));
  const limit = !tolerant || size < minWordSizeForTypos.oneTypo ? 0 : size < minWordSizeForTypos.twoTypos ? 1 : 2;
  if (limit === 0) return (value) => normalizeWord(value).startsWith(wanted);
  return (value) => editDistance(wanted, normalizeWord(value), limit, true) <= limit;
}
