import { describe, expect, it } from "vitest";
import type { Call } from "./http.ts";
import { finished } from "./http.ts";
import { start } from "./started-node.ts";

// What these tests expect was seen on a Meilisearch 1.50.0 node.

const settings = {
  embedders: { m: { source: "userProvided", dimensions: 3 } },
  filterableAttributes: ["k", "g"],
  sortableAttributes: ["k", "_geo"],
};

async function indexed(): Promise<Call> {
  const { call } = await start();
  for (const uid of ["s", "x"]) await finished(call, call("PATCH", `/indexes/${uid}/settings`, settings));
  const documents = [
    { id: 1, t: "red apple", k: 1, g: "a", _geo: { lat: 1, lng: 0 }, _vectors: { m: [1, 0, 0] } },
    { id: 2, t: "green apple pie", k: 2, g: "a", _geo: { lat: 5, lng: 0 }, _vectors: { m: [0, 1, 0] } },
    { id: 3, t: "blue sky", k: 3, g: "b", _vectors: { m: [0, 0, 1] } },
    { id: 4, t: "no vectors apple", k: 4, g: "b", _vectors: { m: null } },
    { id: 5, t: "explicit", k: 1, _vectors: { m: [0.5, 0.5, 0] } },
    { id: 6, t: "same", k: 2, g: "c", _vectors: { m: [2, 0, 0] } },
  ];
  await finished(call, call("POST", "/indexes/s/documents", documents));
  const others = [{ id: 7, t: "apple", k: 9, g: "a", _geo: { lat: 3, lng: 0 }, _vectors: { m: null } }];
  await finished(call, call("POST", "/indexes/x/documents", others));
  return call;
}

interface Answer {
  readonly hits: readonly { readonly id: number; readonly _federation: Record<string, unknown> }[];
  readonly code?: string;
  readonly message?: string;
}

async function ask(call: Call, queries: object[], federation: object | null = {}): Promise<Answer> {
  const { body } = await call("POST", "/multi-search", { queries, federation });
  return body as Answer;
}

const places = ({ hits }: Answer) => hits.map(({ id, _federation }) => [id, _federation.queriesPosition]);
const m = { embedder: "m" };

describe("a federated search", () => {
  it("takes each document from the query that ranks it best, by words or by vectors", async () => {
    const call = await indexed();
    const words = { indexUid: "s", q: "apple" };
    const vector = { indexUid: "s", vector: [0, 0, 1], hybrid: m };
    const answer = await ask(call, [words, vector]);
    expect(places(answer)).toEqual([
      [3, 1],
      [1, 0],
      [2, 0],
      [4, 0],
      [5, 1],
      [6, 1],
    ]);
    expect(answer).toMatchObject({ estimatedTotalHits: 6, semanticHitCount: 3 });
    const light = await ask(call, [
      { ...words, federationOptions: { weight: 0.3 } },
      { ...vector, retrieveVectors: true },
    ]);
    expect(places(light)).toEqual([
      [3, 1],
      [1, 1],
      [2, 1],
      [5, 1],
      [6, 1],
      [4, 0],
    ]);
    expect(light).toMatchObject({ queryVectors: { 1: [0, 0, 1] } });
    expect(light.hits[5]?._federation.weightedRankingScore).toBeCloseTo(0.2636, 4);
  });

  it("counts distinct values over all queries and indexes, and takes them out of the facets", async () => {
    const call = await indexed();
    const answer = await ask(
      call,
      [
        { indexUid: "s", q: "apple" },
        { indexUid: "s", vector: [0, 0, 1], hybrid: m },
        { indexUid: "x", q: "apple" },
      ],
      { distinct: "g", facetsByIndex: { s: ["g", "k"], x: ["g"] } },
    );
    expect(places(answer)).toEqual([
      [3, 1],
      [7, 2],
      [5, 1],
      [6, 1],
    ]);
    expect(answer).toMatchObject({
      estimatedTotalHits: 4,
      facetsByIndex: {
        s: { distribution: { g: { b: 1, c: 1 }, k: { 1: 1, 2: 1, 3: 1 } }, stats: { k: { min: 1, max: 3 } } },
        x: { distribution: { g: { a: 1 } }, stats: {} },
      },
    });
  });

  it("puts the farther one of two indexes first, whatever the direction", async () => {
    const queries = ["s", "x"].map((indexUid) => ({ indexUid, q: "apple", filter: "g = a" }));
    for (const direction of ["asc", "desc"]) {
      const sorted = queries.map((query) => ({ ...query, sort: [`_geoPoint(0, 0):${direction}`] }));
      const geoFirst = await indexed();
      for (const uid of ["s", "x"]) {
        await finished(geoFirst, geoFirst("PUT", `/indexes/${uid}/settings/ranking-rules`, ["sort", "words"]));
      }
      const { hits } = await ask(geoFirst, sorted);
      expect(hits.map(({ id }) => id)).toEqual(direction === "asc" ? [7, 1, 2] : [2, 7, 1]);
    }
  });

  it("says where it is asked for too much or too little", async () => {
    const call = await indexed();
    const counted = { totalHits: 6, hits: { length: 2 } };
    expect(await ask(call, [{ indexUid: "s" }], { hitsPerPage: 2 })).toMatchObject({
      page: 1,
      totalPages: 3,
      ...counted,
    });
    expect(await ask(call, [{ indexUid: "s" }], { hitsPerPage: 0 })).toMatchObject({ totalPages: 0, totalHits: 6 });
    expect(await ask(call, [{ indexUid: "s" }], { page: 2 })).toMatchObject({
      hits: [],
      hitsPerPage: 20,
      totalPages: 1,
    });
    expect(await ask(call, [{ indexUid: "s" }], { mergeFacets: {}, facetsByIndex: { s: [] } })).toMatchObject({
      facetDistribution: {},
      facetStats: {},
    });
  });

  it.each([
    [
      [{ indexUid: "s" }, { indexUid: "s", vector: [0, 1], hybrid: m }],
      {},
      "invalid_vector_dimensions",
      "Inside `.queries[1]`",
    ],
    [[{ indexUid: "s", sort: ["t:asc"] }], {}, "invalid_search_sort", "Inside `.queries[0]`"],
    [[{ indexUid: "s" }, { indexUid: "nope" }], {}, "index_not_found", "Inside `.queries[1]`"],
    [[{ indexUid: "s" }], { distinct: "nope" }, "invalid_search_distinct", "Inside `.queries[0]`"],
    [
      [{ indexUid: "s" }],
      { facetsByIndex: { s: ["zz"] } },
      "invalid_search_facets",
      "Inside `.queries[0]`: Inside `.federation.facetsByIndex.s`",
    ],
    [
      [{ indexUid: "s" }],
      { facetsByIndex: { x: ["zz"] } },
      "invalid_search_facets",
      "Inside `.federation.facetsByIndex.x`",
    ],
    [[{ indexUid: "s" }], { personalize: { userContext: "a" } }, "feature_not_enabled", ""],
    [[{ indexUid: "s", useNetwork: true }], {}, "feature_not_enabled", "Inside `.queries[0]`"],
    [
      [
        { indexUid: "s", sort: ["k:asc"] },
        { indexUid: "x", sort: ["k:desc"] },
      ],
      {},
      "invalid_multi_search_query_ranking_rules",
      "Inside `.queries[1]`",
    ],
    [
      [
        { indexUid: "s", sort: ["k:asc"] },
        { indexUid: "x", sort: ["_geoPoint(1,2):asc"] },
      ],
      {},
      "invalid_multi_search_query_ranking_rules",
      "",
    ],
    [
      [{ indexUid: "s" }, { indexUid: "s", vector: [1], hybrid: m }],
      null,
      "invalid_vector_dimensions",
      "Inside `.queries[1]`",
    ],
  ])("refuses %j with %j: %s", async (queries, federation, code, place) => {
    const answer = await ask(await indexed(), queries, federation);
    expect(answer.code).toBe(code);
    expect(answer.message?.startsWith(place)).toBe(true);
  });
});
