import { readFileSync } from "node:fs";
import type { RankingScoreDetails } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sequenceMarker } from "../../src/marker.ts";
import type { Hit } from "../../src/merge/hit.ts";
import { mergeHits } from "../../src/merge/merge-hits.ts";

type RecordedHit = { id: number; insertion: number; score?: number; details: RankingScoreDetails };
type RecordedAnswer = { name: string; request: object; hits: RecordedHit[] };

// Hits of one Meilisearch 1.50.0 node over 150 books, with the place each book had in the import.
const answers: RecordedAnswer[] = JSON.parse(
  readFileSync(new URL("../fixtures/scored-answers.json", import.meta.url), "utf8"),
);

describe("mergeHits on recorded answers", () => {
  it.each(answers)("restores one node's order: $name $request", ({ hits }) => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: hits.length, maxLength: hits.length }), (nodes) => {
        const lists: Hit[][] = [[], [], []];
        hits.forEach(({ id, insertion, score, details }, index) => {
          const node = nodes[index] ?? 0;
          const position = lists[node]?.length ?? 0;
          const sequence = sequenceMarker(insertion);
          lists[node]?.push({ text: String(id), score, details, sequence, source: { node: `node-${node}`, position } });
        });
        const merged = mergeHits({ lists, offset: 0, limit: 20 });
        expect(merged.map(({ text }) => Number(text))).toEqual(hits.map(({ id }) => id));
      }),
    );
  });
});
