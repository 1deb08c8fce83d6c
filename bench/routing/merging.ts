import { compareHits, type Hit, mergeHits, sequenceMarker } from "@miroir/routing";
import { compare, type MeasuredVariant } from "../measure.ts";

/** Ways to merge 1,000 hits from each of 3 nodes: the deepest page the engine's defaults allow, and the first one. */
export function measureMerging(): Promise<MeasuredVariant[]> {
  const lists = createLists(3, 1000);
  const firstLists = lists.map((list) => list.slice(0, 20));
  return compare({
    "merge lists, all 3,000": () => mergeHits({ lists, offset: 0, limit: 3000 }),
    "concatenate and sort, all 3,000": () => lists.flat().sort(compareHits),
    "merge lists, first 20": () => mergeHits({ lists: firstLists, offset: 0, limit: 20 }),
    "concatenate and sort, first 20": () => firstLists.flat().sort(compareHits).slice(0, 20),
  });
}

/** Hits with the details of a keyword search with a custom sort rule, tied in runs of about ten. */
function createLists(nodes: number, length: number): Hit[][] {
  return Array.from({ length: nodes }, (_, node) =>
    Array.from({ length }, (_, position) => {
      const bucket = Math.floor(position / 10);
      return {
        text: `{"id":${position}}`,
        details: {
          words: { order: 0, matchingWords: 3 - Math.floor(bucket / 50), maxMatchingWords: 3, score: 1 },
          typo: { order: 1, typoCount: Math.floor(bucket / 25) % 2, maxTypoCount: 2, score: 1 },
          proximity: { order: 2, score: 1 - Math.floor((bucket % 25) / 5) / 10 },
          attributeRank: { order: 3, score: 1 },
          "price:desc": { order: 4, value: 100 - (bucket % 5) },
          wordPosition: { order: 5, score: 1 },
          exactness: { order: 6, matchType: "noExactMatch", matchingWords: 1, maxMatchingWords: 3, score: 0.1 },
        },
        score: 0.9,
        sequence: sequenceMarker(position * nodes + node),
        source: { node: `node-${node}`, position },
      };
    }),
  );
}
