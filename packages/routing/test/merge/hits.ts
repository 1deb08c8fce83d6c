import type { RankingScoreDetails } from "@miroir/meilisearch";
import fc from "fast-check";
import { sequenceMarker } from "../../src/marker.ts";
import type { Hit } from "../../src/merge/hit.ts";

/** Score details with the figures a test is about, and possibly none that a node would never send. */
export type LooseDetails = Record<string, { order: number; [figure: string]: unknown }>;

export function scoreDetails(details: LooseDetails): RankingScoreDetails {
  return details as RankingScoreDetails;
}

const sortValue = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom("a", "é", "𝄞", "\uff5e"), fc.constant(null));

const details: fc.Arbitrary<LooseDetails> = fc
  .record({
    matchingWords: fc.integer({ min: 1, max: 2 }),
    typoCount: fc.integer({ min: 0, max: 1 }),
    price: sortValue,
    distance: fc.constantFrom(10, 20.5, null),
    matchType: fc.constantFrom("exactMatch", "matchesStart", "noExactMatch"),
  })
  .map(({ matchingWords, typoCount, price, distance, matchType }) => ({
    words: { order: 0, matchingWords },
    typo: { order: 1, typoCount },
    "price:desc": { order: 2, value: price },
    "_geoPoint(1, 2):asc": { order: 3, value: null, distance },
    exactness: { order: 4, matchType, ...(matchType === "noExactMatch" ? { matchingWords: 1 } : {}) },
  }));

/** The hits of one query with many ties, each with its own sequence, in no order. */
export const documentHits: fc.Arbitrary<Hit[]> = fc
  .array(details, { maxLength: 60 })
  .chain((all) => fc.shuffledSubarray([...all.keys()], { minLength: all.length }).map((order) => ({ all, order })))
  .map(({ all, order }) =>
    order.map((sequence) => ({
      text: `{"id":${sequence}}`,
      details: scoreDetails(all[sequence] ?? {}),
      sequence: sequenceMarker(sequence),
      source: { node: "only", position: 0 },
    })),
  );
