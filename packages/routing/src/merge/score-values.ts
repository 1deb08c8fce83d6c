import type { RankingScoreDetails } from "@miroir/meilisearch";
import { compareSortValues, createRuleReader, type Rule } from "./compare-hits.ts";
import type { Hit } from "./hit.ts";

/**
 * What hits of different lists (of several queries, or of keywords and vectors) are compared by: neighbouring rules of
 * relevancy folded into one score, and each sort apart.
 */
export type ScoreValue =
  | { readonly kind: "score"; readonly score: number }
  | { readonly kind: "sort"; readonly descending: boolean; readonly value: unknown }
  | { readonly kind: "geo"; readonly descending: boolean; readonly distance: unknown };

type Fold = { value: number; ranks: number };

/**
 * The values of a hit, every score multiplied by `weight`, after Meilisearch's `weightedScoreValues`.
 *
 * Where all rules of relevancy are neighbours their fold is the hit's own `_rankingScore`. Where a sort stands between
 * them, the folds of the parts are worked out from the details: rules are digits of a number in mixed radix, and details
 * give for some of them only the digit divided by its radix, from which the radix is found again.
 */
export function scoreValues({ details, score }: Pick<Hit, "details" | "score">, weight: number): ScoreValue[] {
  const rules = createRuleReader()({ details } as Hit);
  const values: ScoreValue[] = [];
  const words = (details?.words as RankingScoreDetails["words"])?.matchingWords;
  const parts = rules.filter((rule, at) => isFolded(rule) && (at === 0 || !isFolded(rules[at - 1] as Rule)));
  const isWhole = parts.length === 1 && score !== undefined && !rules.some(({ name }) => name === "vectorSort");
  let fold: Fold | null = null;
  const flush = (): void => {
    if (fold) values.push({ kind: "score", score: (isWhole ? (score as number) : fold.value) * weight });
    fold = null;
  };
  for (const rule of rules) {
    if (isFolded(rule)) {
      fold = digits(rule, words).reduce(append, fold ?? { value: 1, ranks: 1 });
      continue;
    }
    flush();
    values.push(singleValue(rule, weight));
  }
  flush();
  return values;
}

function isFolded({ kind, name }: Rule): boolean {
  return kind === "skipped" || (kind === "scored" && name !== "vectorSort");
}

function singleValue({ kind, name, details }: Rule, weight: number): ScoreValue {
  if (name === "vectorSort") return { kind: "score", score: Number(details.similarity ?? 0) * weight };
  if (kind === "geo") return { kind, descending: name.endsWith(":desc"), distance: details.distance };
  return { kind: "sort", descending: kind === "descending", value: details.value };
}

type Digit = { readonly score: number; readonly radix: number };

/** Adds one digit: the radices so far divide what it can still change. */
function append({ value, ranks }: Fold, { score, radix }: Digit): Fold {
  return { value: value - (1 - score) / ranks, ranks: ranks * radix };
}

function digits({ name, details }: Rule, words: number | undefined): Digit[] {
  const score = Number(details.score);
  switch (name) {
    case "words":
      return [{ score, radix: Number(details.maxMatchingWords) }];
    case "typo":
      return [{ score, radix: Number(details.maxTypoCount) + 1 }];
    case "proximity":
      // Each pair of words has eight costs.
      return [{ score, radix: radixOf(score, words && 7 * (words - 1) + 1) }];
    case "wordPosition":
      return [positionDigit(score, words)];
    case "attribute": {
      const rank = Number(details.attributeRankingOrderScore);
      return [{ score: rank, radix: radixOf(rank) }, positionDigit(Number(details.queryWordDistanceScore), words)];
    }
    case "exactness":
      return [{ score, radix: 3 * (Number(details.maxMatchingWords ?? 0) + 1) }];
    default:
      return [{ score, radix: radixOf(score) }];
  }
}

function positionDigit(score: number, words: number | undefined): Digit {
  // Each word has eleven costs.
  return { score, radix: radixOf(score, words && 10 * words + 1) };
}

const MAX_RADIX = 4096;
const CLOSE = 1e-9;

/** The radix under which `score` is a digit: the usual one if it fits, otherwise the smallest that does. */
function radixOf(score: number, usual?: number): number {
  const fits = (radix: number) => Math.abs(score * radix - Math.round(score * radix)) < CLOSE * radix;
  if (usual !== undefined && fits(usual)) return usual;
  for (let radix = 1; radix <= MAX_RADIX; radix++) if (fits(radix)) return radix;
  return MAX_RADIX;
}

/** A hit among those of other lists. */
export type WeightedHit = { readonly values: readonly ScoreValue[]; readonly weightedScore: number };

/** Compares hits of different queries as a node's federated search does; negative when `a` comes first. */
export function compareWeighted(a: WeightedHit, b: WeightedHit): number {
  for (const [at, left] of a.values.entries()) {
    const right = b.values[at];
    if (right === undefined) return -1;
    const order = compareValues(left, right, true);
    if (order === undefined) return b.values.length - a.values.length || b.weightedScore - a.weightedScore;
    if (order !== 0) return order;
  }
  // A shorter list loses.
  return b.values.length - a.values.length;
}

/**
 * Compares a hit by vectors (`a`) and one by keywords (`b`) of one hybrid search; negative when `a` comes first. Against
 * a score, a sort value is better only if the score is 0.
 */
export function compareHybrid(a: readonly ScoreValue[], b: readonly ScoreValue[]): number {
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return -1;
    if (left.kind === "score" && right.kind !== "score") return left.score === 0 ? 1 : -1;
    if (left.kind !== "score" && right.kind === "score") return right.score === 0 ? -1 : 1;
    const order = compareValues(left, right, false);
    if (order === undefined) return 0;
    if (order !== 0) return order;
  }
  return b.length - a.length;
}

/** `undefined` when the two cannot be compared. With `fartherFirst`, of two distances the longer wins either way. */
function compareValues(a: ScoreValue, b: ScoreValue, fartherFirst: boolean): number | undefined {
  if (a.kind === "score" && b.kind === "score") {
    const difference = b.score - a.score;
    return Math.abs(difference) <= Number.EPSILON ? 0 : difference;
  }
  if (a.kind === "sort" && b.kind === "sort") {
    return a.descending === b.descending ? compareSortValues(a.value, b.value, a.descending) : undefined;
  }
  if (a.kind === "geo" && b.kind === "geo") {
    if (a.descending !== b.descending) return undefined;
    // Across queries, though not within one, a node takes the farther one first whatever the direction.
    return compareSortValues(a.distance, b.distance, a.descending || fartherFirst);
  }
  return undefined;
}
