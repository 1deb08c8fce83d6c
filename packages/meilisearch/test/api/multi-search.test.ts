import { describe, expect, it } from "vitest";
import { DEFAULT_FEDERATION, DEFAULT_SEARCH, parseMultiSearch } from "../../src/index.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });
const federated = (query: object, federation: object = {}) =>
  parseMultiSearch({ queries: [{ indexUid: "a", ...query }], federation });

describe("parseMultiSearch", () => {
  it("fills in the defaults of queries and federation", () => {
    expect(
      federated({ q: "x", limit: null, federationOptions: { weight: 2 } }, { limit: 3, facetsByIndex: { a: null } }),
    ).toEqual({
      queries: [
        {
          ...DEFAULT_SEARCH,
          indexUid: "a",
          q: "x",
          federationOptions: { weight: 2, remote: null, queryPosition: null },
        },
      ],
      federation: { ...DEFAULT_FEDERATION, limit: 3, facetsByIndex: { a: null } },
    });
    expect(parseMultiSearch({ queries: [], federation: null })).toEqual({ queries: [], federation: null });
  });

  it.each([
    [{ limit: 20 }, {}, "invalid_multi_search_query_pagination"],
    [{ personalize: { userContext: "x" } }, {}, "invalid_multi_search_query_personalization"],
    [{ distinct: "a" }, { distinct: "b" }, "invalid_multi_search_distinct"],
    [{ vector: [1] }, {}, "missing_search_hybrid"],
  ])("refuses %j in the federation %j", (query, federation, expected) => {
    expect(() => federated(query, federation)).toThrow(code(expected));
  });

  it("lets a query be distinct if the federation is not, and show no facets", () => {
    expect(federated({ distinct: "a", facets: [] }).queries[0]).toMatchObject({ distinct: "a", facets: [] });
  });

  it("names the place of an error", () => {
    expect(() => parseMultiSearch({ queries: [{ indexUid: "a" }, { indexUid: "b", limit: "x" }] })).toThrow(
      "`.queries[1].limit`",
    );
  });
});
