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

/** Counts the values of each attribute among the candidates; numbers and texts each up to `maxValues`. */
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
    const asText = candidateCount <= smallSetLimit;
    const order = sortBy(field);
    const numberEntries = [...numbers].sort(([a, countA], [b, countB]) =>
      order === "count" ? countB - countA || a - b : asText ? compareBytes(String(a), String(b)) : a - b,
    );
    const stringEntries = [...strings].sort(([a, valueA], [b, valueB]) =>
      order === "count" ? valueB.count - valueA.count || compareBytes(a, b) : compareBytes(a, b),
    );
    const counted = new Map<string, number>();
    for (const [number, count] of numberEntries.slice(0, maxValues)) counted.set(String(number), count);
    for (const [, { shown, count }] of stringEntries.slice(0, maxValues)) counted.set(shown, count);
    distribution.set(field, counted);
    if (numbers.size > 0) {
      stats.set(field, { min: Math.min(...numbers.keys()), max: Math.max(...numbers.keys()) });
    }
  }
  return { facetDistribution: distribution, facetStats: stats };
}
