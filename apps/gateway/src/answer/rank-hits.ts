import { mergeHits } from "@miroir/routing";
import type { NodeHit, NodeSearchAnswer } from "./node-search-answer.ts";

export type RankedHit = NodeHit & { readonly source: { readonly node: string; readonly position: number } };

export type SearchPart = { readonly node: string; readonly value: NodeSearchAnswer };

/**
 * The first `length` hits over all nodes. With `isDistinct`, a hit is dropped when a better one has any of its values, as
 * on one node; hits without a value all stay.
 */
export function rankHits(parts: readonly SearchPart[], length: number, isDistinct: boolean): RankedHit[] {
  const lists = parts.map(({ node, value }) =>
    value.hits.map((hit, position) => ({ ...hit, source: { node, position } })),
  );
  if (!isDistinct) return mergeHits({ lists, offset: 0, limit: length });
  const all = mergeHits({ lists, offset: 0, limit: lists.reduce((sum, list) => sum + list.length, 0) });
  return firstOfEach(all, ({ distinctValues }) => distinctValues).slice(0, length);
}

/** Those items of which no earlier one has a key; items without keys all stay. */
export function firstOfEach<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const keys = keysOf(item);
    if (keys.some((key) => seen.has(key))) return false;
    for (const key of keys) seen.add(key);
    return true;
  });
}
