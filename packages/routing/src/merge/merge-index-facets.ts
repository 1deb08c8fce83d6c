import type { MergedFacet, MergedFacetStats } from "./merge-facets.ts";
import { compareUtf8 } from "./utf8-order.ts";

export type IndexFacets = { readonly facets: readonly MergedFacet[]; readonly stats: readonly MergedFacetStats[] };

/**
 * The facets of several indexes as one, after a federated search's `mergeFacets`: counts of values written alike are
 * summed, and every list ordered again (by the bytes of its values, numbers too, or by count) and cut only if asked.
 *
 * @param orderOf how the values of a facet are ordered: the same in all indexes
 */
export function mergeIndexFacets(
  indexes: readonly IndexFacets[],
  orderOf: (facet: string) => "alpha" | "count",
  maxValuesPerFacet: number | null,
): IndexFacets {
  const byFacet = new Map<string, Map<string, number>>();
  for (const { facet, values } of indexes.flatMap(({ facets }) => facets)) {
    const counts = byFacet.get(facet) ?? new Map<string, number>();
    for (const [value, count] of values) counts.set(value, (counts.get(value) ?? 0) + count);
    byFacet.set(facet, counts);
  }
  const stats = new Map<string, MergedFacetStats>();
  for (const { facet, min, max } of indexes.flatMap((index) => index.stats)) {
    const known = stats.get(facet) ?? { facet, min, max };
    stats.set(facet, { facet, min: Math.min(known.min, min), max: Math.max(known.max, max) });
  }
  return {
    facets: [...byFacet].sort(byName).map(([facet, counts]) => {
      const values = [...counts].sort(orderOf(facet) === "count" ? (a, b) => b[1] - a[1] : byName);
      return { facet, values: values.slice(0, maxValuesPerFacet ?? values.length) };
    }),
    stats: [...stats.values()].sort((a, b) => compareUtf8(a.facet, b.facet)),
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareUtf8(a, b);
}
