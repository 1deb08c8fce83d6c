import { DEFAULT_EXPERIMENTAL_FEATURES, DEFAULT_SEARCH, type SearchRequest } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globalScore } from "../../src/engine/score.ts";
import { searchIndex } from "../../src/engine/search-index.ts";
import { createNodeIndex } from "../../src/indexes/node-index.ts";

const word = fc.constantFrom(
  "paper",
  "papers",
  "lantern",
  "lanterns",
  "the",
  "of",
  "harbour",
  "winter",
  "wint",
  "erland",
);
const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
const documents = fc.array(fc.record({ title: text, blurb: text, year: fc.integer({ min: 1, max: 3 }) }), {
  maxLength: 40,
});
const query = fc
  .array(fc.oneof(word, fc.constantFrom("lantren", "pap", '"paper lantern"', "-winter", "winterland")), {
    maxLength: 5,
  })
  .map((words) => words.join(" "));
const strategy = fc.constantFrom("last" as const, "all" as const, "frequency" as const);

function searcher(texts: readonly object[]): (request: Partial<SearchRequest>) => ReturnType<typeof searchIndex> {
  const index = createNodeIndex("t", "id", () => 0);
  index.changeSettings({ sortableAttributes: ["year"], searchableAttributes: ["title", "blurb"] });
  index.write(
    texts.map((fields, id) => JSON.stringify({ id, ...fields })),
    { merge: false, skipCreation: false, primaryKey: undefined },
  );
  return (request) =>
    searchIndex(index.view(), index.settings, DEFAULT_EXPERIMENTAL_FEATURES, {
      ...DEFAULT_SEARCH,
      limit: 1000,
      ...request,
    });
}

describe("a search over any documents", () => {
  it("finds each match once, best score first", () => {
    fc.assert(
      fc.property(documents, query, strategy, (texts, q, matchingStrategy) => {
        const { hits, total } = searcher(texts)({ q, matchingStrategy });
        expect(hits.length).toBe(total);
        expect(new Set(hits.map(({ docid }) => docid)).size).toBe(total);
        const scores = hits.map(({ details }) => globalScore(details));
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
      }),
    );
  });

  it("cuts pages out of the same list", () => {
    fc.assert(
      fc.property(documents, query, fc.nat({ max: 20 }), fc.integer({ min: 1, max: 10 }), (texts, q, offset, limit) => {
        const search = searcher(texts);
        expect(search({ q, offset, limit }).hits).toEqual(search({ q }).hits.slice(offset, offset + limit));
      }),
    );
  });

  it("leaves out exactly the hits below a threshold", () => {
    fc.assert(
      fc.property(documents, query, fc.double({ min: 0, max: 1, noNaN: true }), (texts, q, rankingScoreThreshold) => {
        const search = searcher(texts);
        const wanted = search({ q }).hits.filter(({ details }) => globalScore(details) >= rankingScoreThreshold);
        expect(search({ q, rankingScoreThreshold }).hits).toEqual(wanted);
      }),
    );
  });

  it("orders by a sort within what the rules before it leave together", () => {
    fc.assert(
      fc.property(documents, (texts) => {
        const { hits } = searcher(texts)({ sort: ["year:desc"] });
        const wanted = texts
          .map(({ year }, docid) => ({ year, docid }))
          .sort((a, b) => b.year - a.year || a.docid - b.docid);
        expect(hits.map(({ docid }) => docid)).toEqual(wanted.map(({ docid }) => docid));
      }),
    );
  });
});
