import { describe, expect, it } from "vitest";
import type { Call } from "./http.ts";
import { finished } from "./http.ts";
import { start } from "./started-node.ts";

// What these tests expect was seen on a Meilisearch 1.50.0 node.

const documents = [
  { id: 1, t: "red apple", k: 1, g: "a", _vectors: { m: [1, 0, 0], d: [1, 0, 0] } },
  { id: 2, t: "green apple pie", k: 2, g: "a", _vectors: { m: [0, 1, 0], d: [0.2, 1, 0] } },
  {
    id: 3,
    t: "blue sky",
    k: 3,
    g: "b",
    _vectors: {
      m: [
        [0, 0, 1],
        [0.999, 0.01, 0],
      ],
      d: null,
    },
  },
  { id: 4, t: "no vectors apple", k: 4, g: "b", _vectors: { m: null, d: null } },
  { id: 5, t: "explicit", k: 1, _vectors: { m: { regenerate: false, embeddings: [0.5, 0.5, 0] }, d: [-1, 0, 0] } },
  { id: 6, t: "same", k: 2, g: "c", _vectors: { m: [2, 0, 0], d: [0, 0, 0] } },
];

async function indexed(): Promise<Call> {
  const { call } = await start();
  const settings = {
    embedders: {
      m: { source: "userProvided", dimensions: 3 },
      d: { source: "userProvided", dimensions: 3, distribution: { mean: 0.7, sigma: 0.3 } },
    },
    filterableAttributes: ["k", "g"],
    sortableAttributes: ["k"],
  };
  await finished(call, call("PATCH", "/indexes/s/settings", settings));
  await finished(call, call("POST", "/indexes/s/documents", documents));
  return call;
}

interface Answer {
  readonly hits: readonly { readonly id: number; readonly _rankingScore: number }[];
  readonly estimatedTotalHits?: number;
  readonly semanticHitCount?: number;
  readonly queryVector?: number[];
  readonly code?: string;
}

async function search(call: Call, request: object, path = "/indexes/s/search"): Promise<Answer> {
  return (await call("POST", path, { showRankingScore: true, ...request })).body as Answer;
}

const scores = ({ hits }: Answer): [number, number][] => hits.map(({ id, _rankingScore }) => [id, _rankingScore]);
const m = { embedder: "m" };

describe("searching vectors", () => {
  it("ranks by the nearest embedding, and what has none last", async () => {
    const call = await indexed();
    const answer = await search(call, { vector: [1, 0, 0], hybrid: m });
    expect(scores(answer)).toEqual([
      [1, 1],
      [6, 1],
      [3, expect.closeTo(0.999975, 5)],
      [5, expect.closeTo(0.853553, 5)],
      [2, 0.5],
      [4, 0],
    ]);
    expect(answer).toMatchObject({ estimatedTotalHits: 6, semanticHitCount: 6 });
    expect(answer.queryVector).toBeUndefined();
    expect(await search(call, { vector: [1, 0, 0], hybrid: m, limit: 0 })).toMatchObject({ semanticHitCount: 0 });
  });

  it("tells the vector it searched for and the similarity, if asked", async () => {
    const call = await indexed();
    const answer = await search(call, {
      vector: [1, 0.1, 0],
      hybrid: m,
      limit: 1,
      retrieveVectors: true,
      showRankingScoreDetails: true,
    });
    expect(answer.queryVector).toEqual([1, 0.1, 0]);
    expect(answer.hits[0]).toMatchObject({
      id: 3,
      _rankingScoreDetails: { vectorSort: { order: 0, similarity: expect.closeTo(0.99799, 4) } },
    });
  });

  it("shifts similarities by the embedder's distribution; vectors without a direction are near everything", async () => {
    const answer = await search(await indexed(), { vector: [1, 0, 0], hybrid: { embedder: "d" } });
    expect(scores(answer)).toEqual([
      [1, expect.closeTo(0.9, 6)],
      [6, expect.closeTo(0.9, 6)],
      [2, expect.closeTo(0.364077, 5)],
      [5, 2 ** -23],
      [3, 0],
      [4, 0],
    ]);
  });

  it("keeps to filters, thresholds, distinct attributes and sorts", async () => {
    const call = await indexed();
    const ids = async (request: object) =>
      (await search(call, { vector: [1, 0, 0], hybrid: m, ...request })).hits.map(({ id }) => id);
    expect(await ids({ filter: "k = 2" })).toEqual([6, 2]);
    expect(await ids({ rankingScoreThreshold: 0.6 })).toEqual([1, 6, 3, 5]);
    expect(await ids({ distinct: "g" })).toEqual([1, 6, 3, 5]);
    expect(await ids({ q: "apple -red", hybrid: { embedder: "m", semanticRatio: 1 } })).toHaveLength(6);
  });

  it.each([
    [{ q: "apple", hybrid: { embedder: "m", semanticRatio: 1 } }, "vector_embedding_error"],
    [{ vector: [1, 2], hybrid: m }, "invalid_vector_dimensions"],
    [{ q: "apple", hybrid: { embedder: "x" } }, "invalid_search_embedder"],
    [{ media: { a: 1 }, hybrid: m }, "feature_not_enabled"],
    // Where no vector is needed, nobody looks at the embedder.
    [{ q: "apple", hybrid: { embedder: "x", semanticRatio: 0 } }, undefined],
    [{ hybrid: { embedder: "x" } }, undefined],
    [{ vector: [1, 2], hybrid: { embedder: "m", semanticRatio: 0 } }, undefined],
  ])("%j: %s", async (request, code) => {
    expect((await search(await indexed(), request)).code).toBe(code);
  });
});

describe("searching words and vectors", () => {
  it("merges by weighted scores, and shows each hit's own", async () => {
    const answer = await search(await indexed(), { q: "apple", vector: [0, 0, 1], hybrid: m });
    expect(scores(answer).map(([id, score]) => [id, Number(score.toFixed(4))])).toEqual([
      [3, 1],
      [1, 0.9242],
      [2, 0.9242],
      [4, 0.8788],
      [5, 0.5],
      [6, 0.5],
    ]);
    expect(answer).toMatchObject({ estimatedTotalHits: 6, semanticHitCount: 3 });
  });

  it("does without vectors when words fill the page well, and when there is no vector", async () => {
    const call = await indexed();
    const full = await search(call, { q: "apple", vector: [0, 0, 1], hybrid: m, limit: 2, retrieveVectors: true });
    expect(full).toMatchObject({ estimatedTotalHits: 3, semanticHitCount: 0 });
    expect(full.queryVector).toBeUndefined();
    // One more rank is looked at here, whose score is too low.
    const later = await search(call, { q: "apple", vector: [0, 0, 1], hybrid: m, limit: 2, offset: 1 });
    expect(later).toMatchObject({ estimatedTotalHits: 6, semanticHitCount: 0 });
    const none = await search(call, { q: "apple", hybrid: m });
    expect(none).toMatchObject({ estimatedTotalHits: 3, semanticHitCount: 0 });
    const words = await search(call, { q: "apple", vector: [0, 0, 1], hybrid: { embedder: "m", semanticRatio: 0 } });
    expect(words.semanticHitCount).toBeUndefined();
  });

  it("counts the values of facets among everything the filter leaves", async () => {
    const call = await indexed();
    const request = { facetName: "g", q: "apple", vector: [1, 0, 0], hybrid: m };
    expect((await call("POST", "/indexes/s/facet-search", request)).body).toMatchObject({
      facetHits: [
        { value: "a", count: 2 },
        { value: "b", count: 2 },
        { value: "c", count: 1 },
      ],
    });
  });
});

describe("similar documents", () => {
  const similar = (call: Call, request: object) => search(call, { embedder: "m", ...request }, "/indexes/s/similar");

  it("compares embeddings place by place", async () => {
    const call = await indexed();
    const answer = await similar(call, { id: 1 });
    expect(scores(answer)).toEqual([
      [6, 1],
      [5, expect.closeTo(0.853553, 5)],
      [2, 0.5],
      [3, 0.5],
    ]);
    expect(answer).toMatchObject({ id: "1", limit: 20, offset: 0, estimatedTotalHits: 5 });
    expect(scores(await similar(call, { id: 3 }))).toEqual([1, 2, 5, 6].map((id) => [id, 0.5]));

    await finished(
      call,
      call("PATCH", "/indexes/x/settings", { embedders: { m: { source: "userProvided", dimensions: 2 } } }),
    );
    const several = [
      [
        [1, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [0, 1],
      ],
      [
        [0.5, 1],
        [1, 0],
        [1, 1],
      ],
      [[-1, 0]],
    ];
    await finished(
      call,
      call(
        "POST",
        "/indexes/x/documents",
        several.map((own, at) => ({ id: at + 1, _vectors: { m: own } })),
      ),
    );
    expect(scores(await search(call, { id: 1, embedder: "m" }, "/indexes/x/similar"))).toEqual([
      [2, 1],
      [3, expect.closeTo(0.723607, 5)],
      [4, 0],
    ]);
  });

  it("finds nothing for a document without embeddings, but counts the others", async () => {
    expect(await similar(await indexed(), { id: 4 })).toMatchObject({ hits: [], estimatedTotalHits: 5 });
  });

  it("pages, filters and stops at a threshold", async () => {
    const call = await indexed();
    const page = await similar(call, { id: 1, limit: 1, offset: 1 });
    expect([page.hits.map(({ id }) => id), page.estimatedTotalHits]).toEqual([[5], 5]);
    const filtered = await similar(call, { id: 1, filter: "k = 2" });
    expect([filtered.hits.map(({ id }) => id), filtered.estimatedTotalHits]).toEqual([[6, 2], 2]);
    expect(await similar(call, { id: 1, rankingScoreThreshold: 0.8 })).toMatchObject({ estimatedTotalHits: 2 });
    expect(await similar(call, { id: 1, rankingScoreThreshold: 0.8, limit: 1 })).toMatchObject({
      estimatedTotalHits: 5,
    });
    const { text } = await call("GET", "/indexes/s/similar?id=1&embedder=m&limit=1&attributesToRetrieve=id");
    expect(JSON.parse(text)).toMatchObject({ hits: [{ id: 6 }], limit: 1 });
  });

  it.each([
    [{ id: 99 }, "not_found_similar_id"],
    [{ id: 1, embedder: "x" }, "invalid_similar_embedder"],
    [{ id: 1, filter: "t = a" }, "invalid_similar_filter"],
  ])("%j: %s", async (request, code) => {
    expect((await similar(await indexed(), request)).code).toBe(code);
  });
});
