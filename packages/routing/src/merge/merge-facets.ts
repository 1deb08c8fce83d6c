import type { Faceting, FacetStats } from "@miroir/meilisearch";
import { RESERVED_PREFIX } from "../marker.ts";
import { compareUtf8 } from "./utf8-order.ts";

/** `facetDistribution` of a node's answer, parsed: facet to value to count. */
export type FacetDistribution = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type FacetValue = readonly [value: string, count: number];

/** A list and not an object: JavaScript objects move keys that look like integers to the front. */
export type MergedFacet = { readonly facet: string; readonly values: readonly FacetValue[] };

export type MergedFacetStats = FacetStats & { readonly facet: string };

/** Up to this many matching documents a node orders numbers as text, and beyond it by value. */
const NUMBERS_AS_TEXT_UP_TO = 3000;

// A number as a node writes it. A string of the same form cannot be told apart; `12.50` or `007` can only be strings.
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

/**
 * Merges facet distributions: counts of values that are equal once normalised (trimmed, NFKD, lower case) are summed, and
 * the values ordered and cut off as one node does. Of several spellings the first in byte order is shown. Facets of ours
 * are left out. Facets come in byte order of their names.
 *
 * With `alpha` the result is exact when nodes cut off at `maxValuesPerFacet` or later; with `count` a value can be missed
 * unless nodes are set to a higher limit.
 *
 * @param settings the index's faceting: the limit, and the order per facet with `*` for the others
 * @param totalHits how many documents match over all nodes: it decides how numbers are ordered
 */
export function mergeFacetDistributions(
  distributions: readonly FacetDistribution[],
  settings: Faceting,
  totalHits: number,
): MergedFacet[] {
  const byFacet = new Map<string, Entry[]>();
  for (const distribution of distributions) {
    for (const [facet, values] of Object.entries(distribution)) {
      if (facet.startsWith(RESERVED_PREFIX)) continue;
      const entries = byFacet.get(facet) ?? [];
      for (const [value, count] of Object.entries(values)) entries.push(createEntry(value, count));
      byFacet.set(facet, entries);
    }
  }
  return [...byFacet.keys()].sort(compareUtf8).map((facet) => {
    const entries = sumEqual(byFacet.get(facet) ?? []);
    const order = orderOf(facet, settings);
    const values = present(entries, order, settings.maxValuesPerFacet, totalHits);
    return { facet, values: values.map(({ value, count }): FacetValue => [value, count]) };
  });
}

/** Merges facet statistics: the lowest minimum and the highest maximum of each facet, in byte order of their names. */
export function mergeFacetStats(all: readonly Readonly<Record<string, FacetStats>>[]): MergedFacetStats[] {
  const merged = new Map<string, MergedFacetStats>();
  for (const [facet, { min, max }] of all.flatMap((stats) => Object.entries(stats))) {
    if (facet.startsWith(RESERVED_PREFIX)) continue;
    const known = merged.get(facet) ?? { facet, min, max };
    merged.set(facet, { facet, min: Math.min(known.min, min), max: Math.max(known.max, max) });
  }
  return [...merged.values()].sort((a, b) => compareUtf8(a.facet, b.facet));
}

/** Merges the hits of a facet search: counts summed by normalised value, ordered and cut off by the index's settings. */
export function mergeFacetHits(
  lists: readonly (readonly { readonly value: string; readonly count: number }[])[],
  facet: string,
  settings: Faceting,
): { value: string; count: number }[] {
  const entries = sumEqual(lists.flat().map(({ value, count }) => createEntry(value, count)));
  const compare = orderOf(facet, settings) === "count" ? byCount : byText;
  return entries
    .sort(compare)
    .slice(0, settings.maxValuesPerFacet)
    .map(({ value, count }) => ({ value, count }));
}

type Entry = { value: string; count: number; readonly key: string; readonly isNumber: boolean };

function createEntry(value: string, count: number): Entry {
  return { value, count, key: value.trim().normalize("NFKD").toLowerCase(), isNumber: NUMBER.test(value) };
}

function sumEqual(entries: readonly Entry[]): Entry[] {
  const merged = new Map<string, Entry>();
  for (const entry of entries) {
    // A string such as the full-width `１` has the key of a number and still is none.
    const identity = `${entry.isNumber} ${entry.key}`;
    const known = merged.get(identity);
    if (!known) {
      merged.set(identity, { ...entry });
      continue;
    }
    known.count += entry.count;
    if (compareUtf8(entry.value, known.value) < 0) known.value = entry.value;
  }
  return [...merged.values()];
}

type Order = "alpha" | "count";

function orderOf(facet: string, { sortFacetValuesBy }: Faceting): Order {
  return sortFacetValuesBy[facet] ?? sortFacetValuesBy["*"] ?? "alpha";
}

function present(entries: readonly Entry[], order: Order, max: number, totalHits: number): Entry[] {
  const numbers = entries.filter(({ isNumber }) => isNumber);
  const strings = entries.filter(({ isNumber }) => !isNumber);
  const isSmall = order === "alpha" && totalHits <= NUMBERS_AS_TEXT_UP_TO;
  const [compareNumbers, compareStrings] = order === "count" ? [byCount, byCount] : [byNumber, byText];
  numbers.sort(isSmall ? byText : compareNumbers);
  strings.sort(compareStrings);
  if (isSmall) return [...numbers, ...strings].slice(0, max);
  // Here a node stops only when it reaches the limit exactly with a string: once numbers fill it, all strings follow.
  if (numbers.length >= max && max > 0) return [...numbers.slice(0, max), ...strings];
  return [...numbers, ...strings].slice(0, max);
}

function byText(a: Entry, b: Entry): number {
  return compareUtf8(a.key, b.key);
}

function byNumber(a: Entry, b: Entry): number {
  return Number(a.key) - Number(b.key) || byText(a, b);
}

// Among equal counts a node lists the highest value first.
function byCount(a: Entry, b: Entry): number {
  return b.count - a.count || (a.isNumber && b.isNumber ? byNumber(b, a) : byText(b, a));
}
