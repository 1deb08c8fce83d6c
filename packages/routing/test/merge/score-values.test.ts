import type { RankingScoreDetails } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareHybrid, compareWeighted, scoreValues } from "../../src/merge/score-values.ts";

/** One rank of `radix`, the best being `radix` itself. */
const rank = (radix: number) => fc.integer({ min: 1, max: radix });

/** The fold of ranks in mixed radix, as the engine reckons it: every rule outweighs all later ones. */
function fold(ranks: readonly (readonly [rank: number, radix: number])[]): number {
  let [value, max] = [1, 1];
  for (const [inner, radix] of ranks) {
    value = (value - 1) * radix + inner;
    max *= radix;
  }
  return value / max;
}

/** Ranks of the rules that a query of `words` words has before and after a sort, in the engine's usual sizes. */
const ranked = fc.integer({ min: 1, max: 5 }).chain((words) =>
  fc.record({
    words: fc.constant([words, words] as const),
    typo: rank(words + 1).map((it) => [it, words + 1] as const),
    proximity: rank(7 * (words - 1) + 1).map((it) => [it, 7 * (words - 1) + 1] as const),
    position: rank(10 * words + 1).map((it) => [it, 10 * words + 1] as const),
    exactWords: rank(words + 1).map((it) => [it, words + 1] as const),
  }),
);

describe("the values by which hits of several queries are compared", () => {
  it("are the folds of the rules on either side of a sort", () => {
    fc.assert(
      fc.property(ranked, ({ words, typo, proximity, position, exactWords }) => {
        const details: RankingScoreDetails = {
          words: { order: 0, matchingWords: words[0], maxMatchingWords: words[1], score: fold([words]) },
          typo: { order: 1, typoCount: typo[1] - typo[0], maxTypoCount: typo[1] - 1, score: fold([typo]) },
          proximity: { order: 2, score: fold([proximity]) },
          "price:desc": { order: 3, value: 7 },
          wordPosition: { order: 4, score: fold([position]) },
          exactness: {
            order: 5,
            matchType: "noExactMatch",
            matchingWords: exactWords[0] - 1,
            maxMatchingWords: exactWords[1] - 1,
            score: fold([[1, 3], exactWords]),
          },
        };
        const [before, sort, after] = scoreValues({ details }, 2);
        expect(sort).toEqual({ kind: "sort", descending: true, value: 7 });
        expect(before).toEqual({ kind: "score", score: expect.closeTo(2 * fold([words, typo, proximity]), 10) });
        expect(after).toEqual({ kind: "score", score: expect.closeTo(2 * fold([position, [1, 3], exactWords]), 10) });
      }),
    );
  });

  it("are the ranking score itself where no sort stands between the rules", () => {
    const details: RankingScoreDetails = {
      words: { order: 0, matchingWords: 1, maxMatchingWords: 2, score: 0.5 },
      attributeRank: { order: 1, score: 0.3 },
      "price:asc": { order: 2, value: null },
    };
    expect(scoreValues({ details, score: 0.412 }, 0.5)).toEqual([
      { kind: "score", score: 0.206 },
      { kind: "sort", descending: false, value: null },
    ]);
  });

  it("take a missing similarity for none", () => {
    const details = { vectorSort: { order: 0 } } as unknown as RankingScoreDetails;
    expect(scoreValues({ details }, 1)).toEqual([{ kind: "score", score: 0 }]);
  });
});

const score = (value: number) => ({ kind: "score", score: value }) as const;
const sort = (value: unknown, descending = false) => ({ kind: "sort", descending, value }) as const;
const geo = (distance: unknown, descending = false) => ({ kind: "geo", descending, distance }) as const;
const hit = (weightedScore: number, ...values: Parameters<typeof compareWeighted>[0]["values"]) => ({
  values,
  weightedScore,
});

describe("hits of several queries", () => {
  it.each([
    ["the higher score", hit(1, score(0.9)), hit(1, score(0.8))],
    ["the lower value ascending", hit(1, sort(1)), hit(1, sort(2))],
    ["the higher value descending", hit(1, sort(2, true)), hit(1, sort(1, true))],
    ["any value before none", hit(1, sort("z", true)), hit(1, sort(null, true))],
    ["the farther one, as on a node, even ascending", hit(1, geo(9)), hit(1, geo(3))],
    ["the longer list", hit(1, score(0.5), sort(9)), hit(2, score(0.5))],
    ["the longer list where values cannot be compared", hit(1, sort(9), score(1)), hit(2, score(1))],
    ["then the higher ranking score", hit(2, sort(9)), hit(1, score(1))],
  ])("come in this order: %s first", (_which, first, second) => {
    expect(compareWeighted(first, second)).toBeLessThan(0);
    expect(compareWeighted(second, first)).toBeGreaterThan(0);
  });

  it("tie within the precision of a score", () => {
    expect(compareWeighted(hit(1, score(0.3)), hit(1, score(0.1 + 0.2)))).toBe(0);
  });
});

describe("a hit by vectors and one by keywords", () => {
  it("compare by score, vectors first where both are equal", () => {
    expect(compareHybrid([score(0.5)], [score(0.4)])).toBeLessThan(0);
    expect(compareHybrid([score(0.4)], [score(0.5)])).toBeGreaterThan(0);
    expect(compareHybrid([score(0.5)], [score(0.5)])).toBe(0);
  });

  it("compare a score with a sort by whether there is any score", () => {
    expect(compareHybrid([score(0.1)], [sort(1)])).toBeLessThan(0);
    expect(compareHybrid([score(0)], [sort(1)])).toBeGreaterThan(0);
    expect(compareHybrid([sort(1)], [score(0.1)])).toBeGreaterThan(0);
  });

  it("take the nearer one first when ascending", () => {
    expect(compareHybrid([geo(3)], [geo(9)])).toBeLessThan(0);
  });
});
