import type { Rank, ScoreDetail } from "./score.ts";
import { foldRanks, rankOf } from "./score.ts";
import { compareBytes } from "./sort-rules.ts";

/** What two hits of different lists are compared by: neighbouring ranks are folded into one score. */
export type ScoreValue =
  | { readonly kind: "score"; readonly score: number; readonly semantic: boolean }
  | { readonly kind: "sort"; readonly ascending: boolean; readonly value: number | string | null }
  | { readonly kind: "geo"; readonly ascending: boolean; readonly distance: number | null };

export function scoreValues(details: readonly ScoreDetail[], weight = 1): ScoreValue[] {
  const values: ScoreValue[] = [];
  let ranks: Rank[] = [];
  const flush = (): void => {
    if (ranks.length > 0) values.push({ kind: "score", score: foldRanks(ranks) * weight, semantic: false });
    ranks = [];
  };
  for (const detail of details) {
    const rank = rankOf(detail);
    if (rank !== null) {
      ranks.push(rank);
      continue;
    }
    flush();
    if (detail.kind === "vector")
      values.push({ kind: "score", score: (detail.similarity ?? 0) * weight, semantic: true });
    else if (detail.kind === "sort") values.push({ kind: "sort", ascending: detail.ascending, value: detail.value });
    else if (detail.kind === "geo")
      values.push({ kind: "geo", ascending: detail.ascending, distance: detail.distance });
  }
  flush();
  return values;
}

/**
 * Compares two hits of one hybrid search; positive when the left one comes first. Against a score, a sort value is
 * better only if the score is 0.
 */
export function compareHybrid(left: readonly ScoreValue[], right: readonly ScoreValue[]): number {
  for (const [at, a] of left.entries()) {
    const b = right[at];
    if (b === undefined) return 1;
    if (a.kind === "score" && b.kind !== "score") return a.score === 0 ? -1 : 1;
    if (a.kind !== "score" && b.kind === "score") return b.score === 0 ? 1 : -1;
    const order =
      a.kind === "geo" && b.kind === "geo" && a.ascending && a.distance !== null && b.distance !== null
        ? -compareValues(a, b)
        : compareValues(a, b);
    if (Number.isNaN(order)) return 0;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

export interface WeightedHit {
  readonly values: readonly ScoreValue[];
  readonly weightedScore: number;
}

/** Compares hits of different queries; positive when the left one comes first. After Meilisearch's federated search. */
export function compareWeighted(left: WeightedHit, right: WeightedHit): number {
  for (const [at, a] of left.values.entries()) {
    const b = right.values[at];
    if (b === undefined) return 1;
    const order = compareValues(a, b);
    if (order === 0) continue;
    if (!Number.isNaN(order)) return order;
    // What cannot be compared is decided by how much is left to say, then by the scores as wholes.
    return left.values.length - right.values.length || left.weightedScore - right.weightedScore;
  }
  return left.values.length - right.values.length;
}

/** Positive when `a` is better, NaN when the two cannot be compared. */
function compareValues(a: ScoreValue, b: ScoreValue): number {
  if (a.kind === "score" && b.kind === "score") return beyondEpsilon(a.score - b.score);
  if (a.kind === "sort" && b.kind === "sort") {
    if (a.ascending !== b.ascending) return Number.NaN;
    return compareSortValues(a.ascending, a.value, b.value);
  }
  if (a.kind === "geo" && b.kind === "geo") {
    if (a.ascending !== b.ascending) return Number.NaN;
    if (a.distance === null || b.distance === null) return Number(a.distance !== null) - Number(b.distance !== null);
    // The farther one wins whatever the direction: so do nodes.
    return beyondEpsilon(a.distance - b.distance);
  }
  return Number.NaN;
}

function beyondEpsilon(difference: number): number {
  return Math.abs(difference) <= Number.EPSILON ? 0 : difference;
}

function compareSortValues(ascending: boolean, a: number | string | null, b: number | string | null): number {
  const kind = (value: number | string | null): number => (value === null ? 0 : typeof value === "string" ? 1 : 2);
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  const order = typeof a === "number" ? a - (b as number) : typeof a === "string" ? compareBytes(a, b as string) : 0;
  return ascending ? -order : order;
}
