import type { DocSet } from "./doc-set.ts";
import { hasDoc } from "./doc-set.ts";
import type { FacetReader } from "./facet-values.ts";
import { compareBytes } from "./sort-rules.ts";

export interface FacetResult {
  /** Maps, because object keys that look like integers would lose their order. */
  readonly facetDistribution: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly facetStats: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
}

/** Up to this many candidates a node counts value by value, and then orders numbers as text. */
const smallSetLimit = 3000;

/** Counts the values of each attribute among the candidates, numbers first, up to `maxValues` (see inside for when not). */
export function facetDistribution(
  facets: FacetReader,
  candidates: DocSet,
  candidateCount: number,
  fields: readonly string[],
  maxValues: number,
  sortBy: (field: string) => "alpha" | "count",
): FacetResult {
  const distribution = new Map<string, Map<string, number>>();
  const stats = new Map<string, { min: number; max: number }>();
  for (const field of fields) {
    const values = facets.field(field);
    if (values === null) continue;
    const numbers = new Map<number, number>();
    const strings = new Map<string, { count: number; shown: string }>();
    for (const [docid, own] of values.byDocument) {
      if (!hasDoc(candidates, docid)) continue;
      for (const number of new Set(own.numbers)) numbers.set(number, (numbers.get(number) ?? 0) + 1);
      for (const [normalized, shown] of own.strings) {
        const known = strings.get(normalized);
        if (known === undefined) strings.set(normalized, { count: 1, shown });
        else known.count++;
      }
    }
    const order = sortBy(field);
    const byDocument = order === "alpha" && candidateCount <= smallSetLimit;
    const numberEntries = [...numbers].sort(([a, countA], [b, countB]) => {
      if (order === "count") return countB - countA || b - a;
      return byDocument ? compareBytes(String(a), String(b)) : a - b;
    });
    const stringEntries = [...strings].sort(([a, valueA], [b, valueB]) =>
      order === "count" ? valueB.count - valueA.count || compareBytes(b, a) : compareBytes(a, b),
    );
    const counted = new Map<string, number>();
    for (const [number, count] of numberEntries.slice(0, maxValues)) counted.set(String(number), count);
    // Counting document by document keeps to the limit; walking the values stops when it is hit exactly, so texts
    // that come after a full list of numbers run on.
    const room = byDocument || counted.size < maxValues ? maxValues - counted.size : stringEntries.length;
    for (const [, { shown, count }] of stringEntries.slice(0, room)) counted.set(shown, count);
    distribution.set(field, counted);
    if (numbers.size > 0) {
      stats.set(field, { min: Math.min(...numbers.keys()), max: Math.max(...numbers.keys()) });
    }
  }
  return { facetDistribution: distribution, facetStats: stats };
}
