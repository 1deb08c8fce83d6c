import { describe, expect, it } from "vitest";
import {
  type MeilisearchError,
  parseDocumentsEdit,
  parseExperimentalFeatures,
  parseListFields,
  parseMultiSearch,
  parseSimilar,
  parseSimilarQuery,
} from "../../src/index.ts";

const codeOf = (parse: () => unknown): string | null => {
  try {
    parse();
    return null;
  } catch (error) {
    return (error as MeilisearchError).code;
  }
};

describe("parseSimilar", () => {
  it("fills in the defaults, the same for bodies and query strings", () => {
    const request = parseSimilar({ id: 12, embedder: "m", limit: 2 });
    expect(request).toMatchObject({ id: "12", embedder: "m", offset: 0, limit: 2, rankingScoreThreshold: null });
    expect(parseSimilarQuery(new URLSearchParams("id=12&embedder=m&limit=2"))).toEqual(request);
  });

  it.each([
    [{ id: 1 }, "bad_request"],
    [{ embedder: "m" }, "bad_request"],
    [{ id: 1, embedder: "m", colour: 1 }, "bad_request"],
    [{ id: 1.5, embedder: "m" }, "invalid_similar_id"],
    [{ id: "a b", embedder: "m" }, "invalid_similar_id"],
    [{ id: 1, embedder: null }, "invalid_similar_embedder"],
    [{ id: 1, embedder: "m", filter: "k =" }, "invalid_similar_filter"],
    [{ id: 1, embedder: "m", filter: 3 }, "invalid_similar_filter"],
    [{ id: 1, embedder: "m", offset: "x" }, "invalid_similar_offset"],
    [{ id: 1, embedder: "m", retrieveVectors: 3 }, "invalid_similar_retrieve_vectors"],
    [{ id: 1, embedder: "m", rankingScoreThreshold: 3 }, "invalid_similar_ranking_score_threshold"],
  ])("refuses %j: %s", (body, code) => expect(codeOf(() => parseSimilar(body))).toBe(code));
});

describe("parseListFields", () => {
  it("restricts nothing by default", () => {
    const request = parseListFields({});
    expect(request).toMatchObject({ offset: 0, limit: 20 });
    expect(Object.values(request.filter).every((value) => value === null)).toBe(true);
    expect(parseListFields({ filter: null })).toEqual(request);
    expect(parseListFields({ filter: { sortable: true } }).filter.sortable).toBe(true);
  });

  it.each([
    [{ limit: null }, "invalid_index_limit"],
    [{ offset: "x" }, "invalid_index_offset"],
    [{ colour: 1 }, "bad_request"],
    [{ filter: 3 }, "invalid_index_fields_filter"],
    [{ filter: { colour: 1 } }, "invalid_index_fields_filter"],
    [{ filter: { displayed: 1 } }, "invalid_index_fields_filter_displayed"],
    [{ filter: { attributePatterns: "a" } }, "invalid_index_fields_filter_attribute_patterns"],
  ])("refuses %j: %s", (body, code) => expect(codeOf(() => parseListFields(body))).toBe(code));
});

describe("parseExperimentalFeatures", () => {
  it("says nothing of what stays as it is", () => {
    expect(parseExperimentalFeatures({ metrics: true, network: null, multimodal: false })).toEqual({
      metrics: true,
      multimodal: false,
    });
  });

  it.each([[{ flying: true }], [{ metrics: 1 }], [[]]])("refuses %j", (body) =>
    expect(codeOf(() => parseExperimentalFeatures(body))).toBe("bad_request"),
  );
});

describe("parseDocumentsEdit", () => {
  it.each([
    [{}, "missing_document_edition_function"],
    [{ function: 1 }, "invalid_document_edition_function_filter"],
    [{ function: "", context: "x" }, "invalid_document_edition_context"],
    [{ function: "", filter: "n =" }, "invalid_document_filter"],
    [{ function: "doc.n = 1", filter: null, context: null }, null],
  ])("%j: %s", (body, code) => expect(codeOf(() => parseDocumentsEdit(body))).toBe(code));
});

describe("parseMultiSearch, as a real node was found to answer", () => {
  it.each([
    [
      { queries: [{ indexUid: "a", showPerformanceDetails: true }] },
      "invalid_multi_search_query_show_performance_details",
    ],
    [{ queries: [], facetsByIndex: { "a b": ["x"] } }, "invalid_multi_search_facets_by_index"],
  ])("%j: %s", ({ queries, facetsByIndex = {} }: { queries: object[]; facetsByIndex?: object }, code) =>
    expect(codeOf(() => parseMultiSearch({ queries, federation: { facetsByIndex } }))).toBe(code),
  );
});
