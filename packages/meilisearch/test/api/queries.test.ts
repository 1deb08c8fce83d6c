import { describe, expect, it } from "vitest";
import {
  DEFAULT_SEARCH,
  parseDocumentsFetch,
  parseDocumentsQuery,
  parseFacetSearch,
  parseJsonBody,
  parseSearchQuery,
  parseSearchRequest,
  parseSort,
  parseTasksQuery,
} from "../../src/index.ts";

const query = (text: string) => new URLSearchParams(text);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("searches", () => {
  it("are the same by GET and POST", () => {
    const body = {
      q: "a b",
      limit: 3,
      page: 2,
      attributesToRetrieve: ["id", "title"],
      filter: [["year = 1990", "year = 1991"]],
      sort: ["_geoPoint(1, 2):asc", "year:desc"],
      showRankingScore: true,
      rankingScoreThreshold: 0.5,
      matchingStrategy: "all",
      locales: ["fra", "en"],
      vector: [0.5, -1],
      hybrid: { embedder: "own", semanticRatio: 0.5 },
      personalize: { userContext: "likes trams" },
    };
    const params = query(
      "q=a+b&limit=3&page=2&attributesToRetrieve=id,title&sort=_geoPoint(1, 2):asc,year:desc&showRankingScore=true" +
        "&rankingScoreThreshold=0.5&matchingStrategy=all&locales=fra,en&vector=0.5,-1&hybridEmbedder=own&personalizeUserContext=likes+trams",
    );
    params.set("filter", JSON.stringify(body.filter));
    expect(parseSearchQuery(params)).toEqual(parseSearchRequest(body));
  });

  it("have defaults for everything", () => {
    expect(parseSearchRequest({})).toEqual(DEFAULT_SEARCH);
    expect(parseSearchQuery(query(""))).toEqual(DEFAULT_SEARCH);
  });

  it.each([
    [{ limit: null }, "invalid_search_limit"],
    [{ offset: null }, "invalid_search_offset"],
    [{ hybrid: { embedder: 1 } }, "invalid_search_embedder"],
    [{ vector: [1], media: {}, hybrid: { embedder: "a" } }, "invalid_search_media_and_vector"],
    [{ __proto__x: 1 }, "bad_request"],
    [{ toString: 1 }, "bad_request"],
  ])("%j is %s", (body, expected) => {
    expect(() => parseSearchRequest(body)).toThrow(code(expected));
  });

  it("may say page: null, and quote the value that is wrong", () => {
    expect(parseSearchRequest({ page: null }).page).toBeNull();
    expect(() => parseSearchRequest({ limit: "x" })).toThrow(
      'Invalid value type at `.limit`: expected a positive integer, but found a string: `"x"`',
    );
  });

  it("for facets ignore what belongs to the search beside them", () => {
    expect(parseFacetSearch({ facetName: "genres", q: "x", attributesToHighlight: ["*"], limit: "?" })).toMatchObject({
      facetName: "genres",
      q: "x",
      facetQuery: null,
    });
  });
});

describe("parseSort", () => {
  it("reads fields with colons and points", () => {
    expect(parseSort(["a:b:asc", "_geoPoint(48.8, -2.3e1):desc"])).toEqual([
      { kind: "field", field: "a:b", direction: "asc" },
      { kind: "geo", latitude: 48.8, longitude: -23, direction: "desc" },
    ]);
    expect(parseSort(null)).toEqual([]);
  });

  it.each([
    "year",
    "year:up",
    ":asc",
    "_geo:asc",
    "_geoPoint(1):asc",
    "_geoPoint(91,1):asc",
    "_geoPoint(,1):asc",
    "_geoRadius(1,2,3):asc",
  ])("refuses %s", (rule) => {
    expect(() => parseSort([rule])).toThrow(code("invalid_search_sort"));
  });
});

describe("documents", () => {
  it("say what is wrong of any value, also with integers beyond 2^53 in it", () => {
    const body = parseJsonBody('{"limit":[18446744073709551615]}', "application/json", { exact: true });
    expect(() => parseDocumentsFetch(body)).toThrow("an array: `[18446744073709552000]`");
  });

  it("are named by exact ids, also beyond 2^53", () => {
    const body = parseJsonBody('{"ids":[18446744073709551615,"a-1",-7]}', "application/json", { exact: true });
    expect(parseDocumentsFetch(body).ids).toEqual(["18446744073709551615", "a-1", "-7"]);
    expect(() => parseDocumentsFetch({ ids: [1.5] })).toThrow(code("invalid_document_ids"));
  });

  it("tell no fields from all fields", () => {
    expect(parseDocumentsQuery(query("fields=")).fields).toEqual([]);
    expect(parseDocumentsQuery(query("fields=a,*")).fields).toBeNull();
    expect(parseDocumentsQuery(query("")).fields).toBeNull();
  });
});

describe("parseTasksQuery", () => {
  it("tells absent, everything and nothing apart", () => {
    expect(parseTasksQuery(query("uids=&types=*,indexCreation&statuses=FAILED"))).toEqual({
      filters: { uids: [], types: "*", statuses: ["failed"] },
      limit: 20,
      from: null,
      reverse: false,
    });
  });

  it.each([
    ["afterEnqueuedAt=2024-02-29", "2024-03-01T00:00:00Z"],
    ["beforeEnqueuedAt=2024-02-29", "2024-02-29T00:00:00Z"],
    ["afterEnqueuedAt=2024-02-29T01:02:03.456789%2B01:00", "2024-02-29T00:02:03.456Z"],
  ])("%s is %s", (text, expected) => {
    expect(Object.values(parseTasksQuery(query(text)).filters)).toEqual([Date.parse(expected)]);
  });

  it.each(["2023-02-29", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00", "2024"])("%s is no date", (text) => {
    expect(() => parseTasksQuery(query(`beforeFinishedAt=${text}`))).toThrow(code("invalid_task_before_finished_at"));
  });
});
