import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceMarker } from "../../src/marker.ts";
import { compareHits } from "../../src/merge/compare-hits.ts";
import type { Hit } from "../../src/merge/hit.ts";
import { mergeHits } from "../../src/merge/merge-hits.ts";
import { documentHits, scoreDetails } from "./hits.ts";

/** Hits that tie on every rule, one list per node; numbers are sequences, in the node's order. */
function ties(...sequences: number[][]): Hit[][] {
  return sequences.map((list, node) =>
    list.map((sequence, position) => ({
      text: String(sequence),
      details: scoreDetails({ words: { order: 0, matchingWords: 1 } }),
      sequence: sequenceMarker(sequence),
      source: { node: `node-${node}`, position },
    })),
  );
}

const texts = (hits: readonly Hit[]) => hits.map(({ text }) => text).join(" ");
const paging = fc.record({ offset: fc.nat(40), limit: fc.nat(25) });

describe("mergeHits", () => {
  it("gives any page of any split as the sort of the whole gives it", () => {
    fc.assert(
      fc.property(documentHits, fc.infiniteStream(fc.nat(3)), paging, (hits, nodes, { offset, limit }) => {
        const lists: Hit[][] = [[], [], [], []];
        const whole = [...hits].sort(compareHits);
        for (const hit of whole) lists[nodes.next().value ?? 0]?.push(hit);
        const asked = lists.map((list) => list.slice(0, offset + limit));
        expect(mergeHits({ lists: asked, offset, limit })).toEqual(whole.slice(offset, offset + limit));
      }),
      { numRuns: 300 },
    );
  });

  it("pages without a repeat or a loss, even where nodes' ties are out of sequence", () => {
    const shuffled = fc.shuffledSubarray([...Array(40).keys()], { minLength: 40 });
    fc.assert(
      fc.property(shuffled, fc.infiniteStream(fc.nat(2)), fc.integer({ min: 1, max: 9 }), (order, nodes, limit) => {
        const split: number[][] = [[], [], []];
        for (const sequence of order) split[nodes.next().value ?? 0]?.push(sequence);
        const lists = ties(...split);
        const whole = mergeHits({ lists, offset: 0, limit: 100 });
        const paged: Hit[] = [];
        for (let offset = 0; offset < 40; offset += limit) {
          paged.push(...mergeHits({ lists: lists.map((list) => list.slice(0, offset + limit)), offset, limit }));
        }
        expect(texts(paged)).toBe(texts(whole));
        expect([...whole].sort(compareHits).map(({ sequence }) => sequence)).toEqual(
          [...Array(40).keys()].map(sequenceMarker),
        );
      }),
    );
  });

  it("keeps the order of every node", () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(1000)), { maxLength: 4 }), (split) => {
        const merged = mergeHits({ lists: ties(...split), offset: 0, limit: 1000 });
        split.forEach((list, node) => {
          expect(texts(merged.filter(({ source }) => source.node === `node-${node}`))).toBe(list.join(" "));
        });
      }),
    );
  });

  it("lets a replaced document keep about its place, and never hold up the ties behind it", () => {
    // The first node's second document was replaced: it has its old place and a late sequence.
    expect(texts(mergeHits({ lists: ties([1, 100, 5, 7], [2, 4, 6, 8]), offset: 0, limit: 8 }))).toBe(
      "1 2 4 100 5 6 7 8",
    );
  });

  it("falls back to nodes and positions without sequences", () => {
    const lists = ties([1, 2], [3, 4]).map((list) => list.map((hit) => ({ ...hit, sequence: undefined })));
    expect(texts(mergeHits({ lists: lists.reverse(), offset: 1, limit: 2 }))).toBe("2 3");
  });

  it("leaves out hits that repeat a distinct value, and counts ranks without them", () => {
    const values = ["x", "y", undefined, undefined, "x", "z"];
    const lists = ties([0, 2, 5], [1, 3, 4]).map((list) =>
      list.map((hit) => ({ ...hit, distinct: values[Number(hit.text)] })),
    );
    expect(texts(mergeHits({ lists, offset: 0, limit: 10 }))).toBe("0 1 2 3 5");
    expect(texts(mergeHits({ lists, offset: 3, limit: 2 }))).toBe("3 5");
  });

  it("returns nothing for no lists, no hits or no limit", () => {
    expect(mergeHits({ lists: [], offset: 0, limit: 20 })).toEqual([]);
    expect(mergeHits({ lists: [[], []], offset: 0, limit: 20 })).toEqual([]);
    expect(mergeHits({ lists: ties([1]), offset: 0, limit: 0 })).toEqual([]);
    expect(mergeHits({ lists: ties([1]), offset: 5, limit: 5 })).toEqual([]);
  });
});
