import type { RankingScoreDetails } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keywordsSuffice, mergeHybrid, mergeQueries } from "../../src/merge/merge-ranked.ts";

type TestHit = { readonly id: number; readonly score: number; readonly details: RankingScoreDetails };

const byWords = (id: number, score: number): TestHit => ({
  id,
  score,
  details: { words: { order: 0, matchingWords: 1, maxMatchingWords: 1, score } },
});
const byVector = (id: number, similarity: number): TestHit => ({
  id,
  score: similarity,
  details: { vectorSort: { order: 0, similarity } },
});
const keysOf = ({ id }: TestHit) => [String(id)];

describe("a hybrid merge", () => {
  it("weighs both lists by the ratio", () => {
    const keywords = [byWords(1, 1), byWords(2, 0.5)];
    const vectors = [byVector(3, 0.9), byVector(4, 0.6)];
    const ids = (semanticRatio: number) =>
      mergeHybrid({ keywords, vectors, semanticRatio, keysOf, length: 4 }).map(({ id }) => id);
    expect(ids(0.5)).toEqual([1, 3, 4, 2]);
    expect(ids(0.9)).toEqual([3, 4, 1, 2]);
    expect(ids(0.1)).toEqual([1, 2, 3, 4]);
  });

  it("gives each document once, at most as many as asked for", () => {
    const list = (make: (id: number, score: number) => TestHit) =>
      fc
        .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 8 })
        .map((ids) => ids.map((id, at) => make(id, 1 - at / 10)));
    fc.assert(
      fc.property(list(byWords), list(byVector), fc.nat(12), (keywords, vectors, length) => {
        const merged = mergeHybrid({ keywords, vectors, semanticRatio: 0.5, keysOf, length });
        const ids = merged.map(({ id }) => id);
        const known = new Set([...keywords, ...vectors].map(({ id }) => id));
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBe(Math.min(length, known.size));
      }),
    );
  });
});

describe("keywords suffice", () => {
  it("when they fill the page with good scores", () => {
    expect(keywordsSuffice([byWords(1, 0.95)], 1, 0.5)).toBe(true);
    expect(keywordsSuffice([byWords(1, 0.85)], 1, 0.5)).toBe(false);
    expect(keywordsSuffice([byWords(1, 1)], 2, 0.5)).toBe(false);
    expect(keywordsSuffice([byWords(1, 1)], 1, 0.6)).toBe(false);
    expect(keywordsSuffice([], 0, 0.5)).toBe(true);
  });
});

describe("a merge of queries", () => {
  const hit = (queryPosition: number, score: number) => ({
    values: [{ kind: "score", score } as const],
    weightedScore: score,
    queryPosition,
  });

  it("takes equal hits in the order of their queries", () => {
    const merged = [...mergeQueries([[hit(2, 0.5), hit(2, 0.3)], [hit(1, 0.5)], [hit(0, 0.4)]])];
    expect(merged.map(({ queryPosition }) => queryPosition)).toEqual([1, 2, 0, 2]);
  });

  it("never changes the order of one list", () => {
    const list = (position: number) =>
      fc
        .array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
        .map((scores) => scores.map((score) => hit(position, score)));
    fc.assert(
      fc.property(list(0), list(1), (a, b) => {
        const merged = [...mergeQueries([a, b])];
        expect(merged.filter(({ queryPosition }) => queryPosition === 0)).toEqual(a);
        expect(merged.filter(({ queryPosition }) => queryPosition === 1)).toEqual(b);
      }),
    );
  });
});
