import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceMarker } from "../../src/marker.ts";
import { compareHits } from "../../src/merge/compare-hits.ts";
import type { Hit } from "../../src/merge/hit.ts";
import { compareUtf8 } from "../../src/merge/utf8-order.ts";
import { documentHits, type LooseDetails, scoreDetails } from "./hits.ts";

function hit(details: LooseDetails | undefined, more: Partial<Hit> = {}): Hit {
  return { text: "{}", details: details && scoreDetails(details), source: { node: "a", position: 0 }, ...more };
}

/** Expects each details object to rank before the next. */
function expectOrder(...ordered: LooseDetails[]): void {
  for (const [index, first] of ordered.entries()) {
    for (const second of ordered.slice(index + 1)) {
      expect(compareHits(hit(first), hit(second))).toBeLessThan(0);
      expect(compareHits(hit(second), hit(first))).toBeGreaterThan(0);
    }
  }
}

describe("compareHits", () => {
  it("counts matching words, whatever share of the shard's words that is", () => {
    expectOrder(
      { words: { order: 0, matchingWords: 3, maxMatchingWords: 4, score: 0.75 } },
      { words: { order: 0, matchingWords: 2, maxMatchingWords: 2, score: 1 } },
    );
  });

  it("counts typos, whatever the shard takes for the highest number of them", () => {
    expectOrder(
      { typo: { order: 0, typoCount: 1, maxTypoCount: 1, score: 0.5 } },
      { typo: { order: 0, typoCount: 2, maxTypoCount: 5, score: 0.6 } },
    );
  });

  it("goes by score for proximity, attributeRank and wordPosition", () => {
    for (const rule of ["proximity", "attributeRank", "wordPosition"]) {
      expectOrder({ [rule]: { order: 0, score: 0.9 } }, { [rule]: { order: 0, score: 0.5 } });
    }
  });

  it("compares the attribute rule by attribute and then by distance", () => {
    const attribute = (attributeRankingOrderScore: number, queryWordDistanceScore: number) => ({
      attribute: { order: 3, attributeRankingOrderScore, queryWordDistanceScore, score: 0.5 },
    });
    expectOrder(attribute(1, 0.2), attribute(0.8, 0.9), attribute(0.8, 0.4));
  });

  it("puts exact matches before starts before the rest, and the rest by matching words", () => {
    expectOrder(
      { exactness: { order: 5, matchType: "exactMatch", score: 1 } },
      { exactness: { order: 5, matchType: "matchesStart", score: 0.6666666666666666 } },
      { exactness: { order: 5, matchType: "noExactMatch", matchingWords: 2, maxMatchingWords: 2, score: 0.3333 } },
      { exactness: { order: 5, matchType: "noExactMatch", matchingWords: 1, maxMatchingWords: 1, score: 0.3333 } },
    );
  });

  it("compares vectors by similarity, documents without one last", () => {
    expectOrder(
      { vectorSort: { order: 0, similarity: 0.9 } },
      { vectorSort: { order: 0, similarity: -0.2 } },
      { vectorSort: { order: 0, similarity: null } },
    );
  });

  it("sorts numbers before strings before missing values in both directions", () => {
    expectOrder(
      { "price:asc": { order: 0, value: 3.44 } },
      { "price:asc": { order: 0, value: 59.96 } },
      { "price:asc": { order: 0, value: "free" } },
      { "price:asc": { order: 0, value: "sold out" } },
      { "price:asc": { order: 0, value: null } },
    );
    expectOrder(
      { "price:desc": { order: 0, value: 59.96 } },
      { "price:desc": { order: 0, value: 3.44 } },
      { "price:desc": { order: 0, value: "sold out" } },
      { "price:desc": { order: 0, value: "free" } },
      { "price:desc": { order: 0, value: null } },
    );
  });

  it("sorts strings by their UTF-8 bytes", () => {
    expectOrder(
      { "title:asc": { order: 0, value: "z" } },
      { "title:asc": { order: 0, value: "é" } },
      { "title:asc": { order: 0, value: "\uff5e" } },
      { "title:asc": { order: 0, value: "𝄞" } },
    );
  });

  it("sorts by distance in the direction asked for, documents without a place last", () => {
    const at = (direction: string, distance: number | null) => ({
      [`_geoPoint(48.85, 2.35):${direction}`]: { order: 0, value: null, distance },
    });
    expectOrder(at("asc", 389), at("asc", 5218.2), at("asc", null));
    expectOrder(at("desc", 5218.2), at("desc", 389), at("desc", null));
  });

  it("ranks a hit that passed more rules first", () => {
    expectOrder(
      { words: { order: 0, matchingWords: 1 }, typo: { order: 1, typoCount: 3 } },
      { words: { order: 0, matchingWords: 1 } },
    );
  });

  it("lets the rules decide in their order, not in that of the keys", () => {
    expectOrder(
      { "price:asc": { order: 1, value: 9 }, words: { order: 0, matchingWords: 2 } },
      { words: { order: 0, matchingWords: 1 }, "price:asc": { order: 1, value: 1 } },
    );
  });

  it("ranks a rule that was skipped for lack of time below one that was applied", () => {
    expectOrder({ words: { order: 0, matchingWords: 1 } }, { skipped: { order: 0 } });
    const skipped = { words: { order: 0, matchingWords: 1 }, skipped: { order: 1 } };
    expect(
      compareHits(hit(skipped, { sequence: sequenceMarker(1) }), hit(skipped, { sequence: sequenceMarker(2) })),
    ).toBe(-1);
  });

  it.each<[string, LooseDetails]>([
    ["a hidden rule", { words: { order: 0, matchingWords: 1 }, "<hidden-rule-1>": { order: 1, value: "<hidden>" } }],
    ["a hidden value", { "price:asc": { order: 0, value: "<hidden>" } }],
    ["a figure that is not there", { words: { order: 0, matchingWords: null } }],
  ])("falls back to the ranking score for %s", (_, details) => {
    expect(compareHits(hit(details, { score: 0.9 }), hit(details, { score: 0.4 }))).toBeLessThan(0);
  });

  it("falls back to the ranking score without details, and a hit without a score comes last", () => {
    expect(compareHits(hit(undefined, { score: 0.4 }), hit(undefined, { score: 0.9 }))).toBeGreaterThan(0);
    expect(compareHits(hit(undefined, { score: 0.4 }), hit(undefined))).toBeLessThan(0);
    expect(compareHits(hit({}, { score: 0.4 }), hit({}, { score: 0.9 }))).toBeGreaterThan(0);
  });

  it("takes scores within the rounding of a float for equal", () => {
    const details = (score: number) => ({ proximity: { order: 0, score } });
    const early = hit(details(0.7), { sequence: sequenceMarker(1) });
    const late = hit(details(0.7 + Number.EPSILON / 2), { sequence: sequenceMarker(2) });
    expect(compareHits(early, late)).toBe(-1);
  });

  it("breaks ties by sequence, then node, then position", () => {
    const tie = (sequence: number | undefined, node: string, position: number) =>
      hit(
        { words: { order: 0, matchingWords: 1 } },
        {
          sequence: sequence === undefined ? undefined : sequenceMarker(sequence),
          source: { node, position },
        },
      );
    const ordered = [tie(1, "c", 9), tie(2, "b", 8), tie(2, "c", 0), tie(undefined, "a", 1), tie(undefined, "a", 2)];
    expect([...ordered].reverse().sort(compareHits)).toEqual(ordered);
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(documentHits, (hits) => {
        for (const a of hits.slice(0, 12)) {
          for (const b of hits.slice(0, 12)) {
            expect(Math.sign(compareHits(a, b)) + Math.sign(compareHits(b, a))).toBe(0);
            for (const c of hits.slice(0, 12)) {
              if (compareHits(a, b) < 0 && compareHits(b, c) < 0) expect(compareHits(a, c)).toBeLessThan(0);
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("compareUtf8", () => {
  it("agrees with comparing the bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
