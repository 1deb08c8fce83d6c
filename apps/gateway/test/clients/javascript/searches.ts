import { beforeAll, describe, expect, it } from "vitest";
import { ON_REAL_NODES } from "../../support/nodes.ts";
import { BOOKS, type Book, type GetWorld, NUMBER, shelve, TEXT, WAIT } from "./world.ts";

const ids = (hits: readonly { id: number }[]): number[] => hits.map(({ id }) => id);

export function describeSearches(world: GetWorld): void {
  describe("searches", () => {
    const books = () => world().client.index<Book>("books");
    beforeAll(async () => {
      await shelve(world(), "books");
      const settings = { filterableAttributes: ["genre", "year"], sortableAttributes: ["year"] };
      await books().updateSettings(settings).waitTask(WAIT);
    });

    it.each(["search", "searchGet"] as const)("find, filter, sort, count and mark words: %s", async (method) => {
      expect(await books()[method]("prince")).toEqual({
        hits: [BOOKS[1], BOOKS[5]],
        query: "prince",
        processingTimeMs: NUMBER,
        limit: 20,
        offset: 0,
        estimatedTotalHits: 2,
        requestUid: TEXT,
      });
      const answer = await books()[method]("", {
        filter: "genre = adventure AND year > 1900",
        sort: ["year:asc"],
        facets: ["genre", "year"],
        attributesToRetrieve: ["id"],
        attributesToHighlight: ["title"],
        showRankingScore: true,
      });
      expect(answer).toMatchObject({
        hits: [{ id: 5, _formatted: { id: "5" }, _rankingScore: 1 }, { id: 2 }],
        facetDistribution: { genre: { adventure: 2 }, year: { 1937: 1, 1943: 1 } },
        facetStats: { year: { min: 1937, max: 1943 } },
      });
      expect(await books()[method]("", { page: 2, hitsPerPage: 4 })).toMatchObject({
        ...{ hits: BOOKS.slice(4), page: 2, hitsPerPage: 4, totalPages: 2, totalHits: 6 },
      });
      await expect(books()[method]("", { filter: "title = x" })).rejects.toMatchObject({
        cause: { code: "invalid_search_filter", type: "invalid_request", link: TEXT, message: TEXT },
      });
    });

    it("look for values of facets", async () => {
      const answer = await books().searchForFacetValues({ facetName: "genre", facetQuery: "a", filter: "year > 1900" });
      expect(answer).toEqual({
        facetHits: [{ value: "adventure", count: 2 }],
        facetQuery: "a",
        processingTimeMs: NUMBER,
      });
    });

    it("look for similar documents and by vector", async () => {
      const index = world().client.index("near");
      await index.updateEmbedders({ e: { source: "userProvided", dimensions: 2 } }).waitTask(WAIT);
      const vectors = [
        [1, 0],
        [0.9, 0.1],
        [0, 1],
      ];
      await index.addDocuments(vectors.map((e, id) => ({ id, _vectors: { e } }))).waitTask(WAIT);
      const similar = await index.searchSimilarDocuments({ id: 0, embedder: "e", showRankingScore: true });
      expect(similar).toMatchObject({ id: "0", limit: 20, offset: 0, estimatedTotalHits: 2, processingTimeMs: NUMBER });
      expect(similar.hits).toMatchObject([
        { id: 1, _rankingScore: NUMBER },
        { id: 2, _rankingScore: 0.5 },
      ]);
      const vector = { vector: [0, 1], hybrid: { embedder: "e", semanticRatio: 1 }, limit: 1 };
      expect(await index.search(null, vector)).toMatchObject({ hits: [{ id: 2 }], semanticHitCount: 1 });
    });

    it("go to several indexes, apart and as one", async () => {
      const { client } = world();
      await shelve(world(), "more", [{ id: 9, title: "Prince Caspian", genre: "fantasy" }]);
      const queries = [
        { indexUid: "books", q: "prince" },
        { indexUid: "more", q: "prince" },
      ];
      const apart = await client.multiSearch<{ queries: typeof queries }, Book>({ queries });
      expect(apart.results.map(({ indexUid, hits }) => [indexUid, ids(hits)])).toEqual([
        ["books", [2, 6]],
        ["more", [9]],
      ]);
      const federation = { limit: 2, facetsByIndex: { books: ["genre"] } };
      const one = await client.multiSearch({ federation, queries });
      expect(one).toMatchObject({ limit: 2, offset: 0, estimatedTotalHits: 3, processingTimeMs: NUMBER });
      expect(one.hits[0]).toMatchObject({
        id: 9,
        _federation: { indexUid: "more", queriesPosition: 1, weightedRankingScore: NUMBER },
      });
      expect(one.facetsByIndex).toEqual({
        books: { distribution: { genre: { adventure: 1, fantasy: 1 } }, stats: {} },
      });
    });

    it.skipIf(!ON_REAL_NODES)("render templates (skipped on development nodes, which render none)", async () => {
      const { client } = world();
      await client.updateExperimentalFeatures({ renderRoute: true });
      const template = { kind: "inlineDocumentTemplate" as const, inline: "of {{ doc.title }}" };
      const input = { kind: "inlineDocument" as const, inline: { title: "dunes" } };
      expect(await client.renderTemplate({ template, input })).toMatchObject({ rendered: "of dunes" });
    });
  });
}
