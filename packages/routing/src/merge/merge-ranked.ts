import type { Hit } from "./hit.ts";
import { compareHybrid, compareWeighted, type ScoreValue, scoreValues, type WeightedHit } from "./score-values.ts";

export type MergeHybridOptions<H> = {
  /** Hits ranked by vectors, and by keywords, each over all nodes. */
  readonly vectors: readonly H[];
  readonly keywords: readonly H[];
  /** The weight of vectors; keywords have the rest. */
  readonly semanticRatio: number;
  /** What may be there once: the document itself, and its values of a distinct field. */
  readonly keysOf: (hit: H) => readonly string[];
  readonly length: number;
};

/**
 * The hits of both lists by weighted score, each document once; vectors come first where both weigh the same. To be
 * used on lists of all nodes: the ratio weighs the two against each other as one node does only when neither is cut
 * into parts.
 */
export function mergeHybrid<H extends Pick<Hit, "details" | "score">>(options: MergeHybridOptions<H>): H[] {
  const { vectors, keywords, semanticRatio, keysOf, length } = options;
  const ratio = Math.fround(semanticRatio);
  const weigh = (hits: readonly H[], weight: number) => hits.map((hit) => ({ hit, values: scoreValues(hit, weight) }));
  const left = weigh(vectors, ratio);
  const right = weigh(keywords, Math.fround(1 - ratio));
  const taken = new Set<string>();
  const merged: H[] = [];
  let [l, r] = [0, 0];
  while (merged.length < length) {
    const [a, b] = [left[l], right[r]];
    const next: { hit: H; values: ScoreValue[] } | undefined =
      a && (!b || compareHybrid(a.values, b.values) <= 0) ? a : b;
    if (!next) break;
    if (next === a) l++;
    else r++;
    const keys = keysOf(next.hit);
    if (keys.some((key) => taken.has(key))) continue;
    for (const key of keys) taken.add(key);
    merged.push(next.hit);
  }
  return merged;
}

/** Up to this score of its keywords' part, weighted, a hit does not make a search by vectors superfluous. */
const GOOD_ENOUGH = 0.45;

/** Whether keywords alone fill a hybrid search's page so well that a node would not look at vectors at all. */
export function keywordsSuffice(
  keywords: readonly Pick<Hit, "score">[],
  wanted: number,
  semanticRatio: number,
): boolean {
  const weight = Math.fround(1 - Math.fround(semanticRatio));
  return keywords.length >= wanted && keywords.every(({ score }) => (score ?? 0) * weight >= GOOD_ENOUGH);
}

export type QueryHit = WeightedHit & { readonly queryPosition: number };

/** Walks lists of hits, each in its own order, as one list: the best head first, equal ones by the order of their queries. */
export function* mergeQueries<H extends QueryHit>(lists: readonly (readonly H[])[]): Generator<H, void, undefined> {
  const places = lists.map(() => 0);
  for (;;) {
    let best: { list: number; hit: H } | undefined;
    for (const [list, hits] of lists.entries()) {
      const hit = hits[places[list] ?? 0];
      if (hit && (!best || comesBefore(hit, best.hit))) best = { list, hit };
    }
    if (!best) return;
    places[best.list] = (places[best.list] ?? 0) + 1;
    yield best.hit;
  }
}

function comesBefore(a: QueryHit, b: QueryHit): boolean {
  return (compareWeighted(a, b) || a.queryPosition - b.queryPosition) < 0;
}
