import { MeilisearchError } from "@miroir/meilisearch";
import type { FacetResult } from "../engine/facet-distribution.ts";
import { compareBytes } from "../engine/sort-rules.ts";

/** Which way the values of a facet are ordered, and the first index that said so. */
export type FacetOrders = Map<string, { readonly indexUid: string; readonly order: "alpha" | "count" }>;

/** Throws invalid_multi_search_facet_order when another index orders the same facet another way. */
export function noteFacetOrder(orders: FacetOrders, facet: string, indexUid: string, order: "alpha" | "count"): void {
  const known = orders.get(facet);
  if (known === undefined) orders.set(facet, { indexUid, order });
  else if (known.order !== order) {
    throw new MeilisearchError(
      "invalid_multi_search_facet_order",
      `Inconsistent order for values in facet \`${facet}\`: index \`${known.indexUid}\` orders by \`${known.order}\`, but index \`${indexUid}\` orders by \`${order}\``,
    );
  }
}

/** The facets of several indexes as one: counts are summed, and the lists ordered again and cut only if asked. */
export function mergeFacets(
  results: readonly FacetResult[],
  orders: FacetOrders,
  maxValues: number | null,
): FacetResult {
  const distribution = new Map<string, Map<string, number>>();
  const stats = new Map<string, { min: number; max: number }>();
  for (const { facetDistribution, facetStats } of results) {
    for (const [facet, values] of facetDistribution) {
      const merged = distribution.get(facet) ?? new Map<string, number>();
      for (const [value, count] of values) merged.set(value, (merged.get(value) ?? 0) + count);
      distribution.set(facet, merged);
    }
    for (const [facet, { min, max }] of facetStats) {
      const known = stats.get(facet);
      stats.set(
        facet,
        known === undefined ? { min, max } : { min: Math.min(known.min, min), max: Math.max(known.max, max) },
      );
    }
  }
  const facetDistribution = new Map(
    [...distribution].sort(byKey).map(([facet, values]): [string, Map<string, number>] => {
      const sorted = [...values].sort((a, b) => (orders.get(facet)?.order === "count" ? b[1] - a[1] : byKey(a, b)));
      return [facet, new Map(sorted.slice(0, maxValues ?? sorted.length))];
    }),
  );
  return { facetDistribution, facetStats: new Map([...stats].sort(byKey)) };
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareBytes(a, b);
}
