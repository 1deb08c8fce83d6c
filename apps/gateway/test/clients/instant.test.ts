import { instantMeiliSearch } from "@meilisearch/instant-meilisearch";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import type { Running } from "../support/running.ts";
import { MASTER_KEY, startThree } from "./support.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const CITIES = [
  { id: 1, name: "Paris", country: "France", people: 2_100_000, _geo: { lat: 48.86, lng: 2.35 } },
  { id: 2, name: "Lyon", country: "France", people: 520_000, _geo: { lat: 45.76, lng: 4.84 } },
  { id: 3, name: "Rome", country: "Italy", people: 2_750_000, _geo: { lat: 41.9, lng: 12.5 } },
  { id: 4, name: "Roubaix", country: "France", people: 98_000, _geo: { lat: 50.69, lng: 3.17 } },
].map((city) => ({
  ...city,
  place: { lvl0: "Europe", lvl1: `Europe > ${city.country}`, lvl2: `Europe > ${city.country} > ${city.name}` },
}));

type Params = Record<string, unknown>;
type Result = Params & { readonly hits: readonly { readonly id: number; readonly name: string }[] };

describe("instant-meilisearch", () => {
  let gateway: Running;
  let search: (requests: readonly { indexName: string; params: Params }[]) => Promise<Result[]>;
  beforeAll(async () => {
    gateway = await startThree();
    for (const index of ["cities", "towns"]) {
      await sendAndWait(gateway.send, "PATCH", `/indexes/${index}/settings`, {
        filterableAttributes: ["country", "people", "place", "_geo"],
        sortableAttributes: ["people", "_geo"],
      });
      const documents = index === "cities" ? CITIES : CITIES.slice(3);
      await sendAndWait(gateway.send, "POST", `/indexes/${index}/documents?primaryKey=id`, documents);
    }
    const { searchClient } = instantMeiliSearch(gateway.address, MASTER_KEY, { finitePagination: true });
    search = async (requests) => {
      const { results } = await searchClient.search(requests as Parameters<typeof searchClient.search>[0]);
      return results as unknown as Result[];
    };
  });
  afterAll(() => gateway.close());

  const one = async (params: Params, indexName = "cities"): Promise<Result | undefined> =>
    (await search([{ indexName, params }]))[0];
  const idsOf = (result: Result | undefined): number[] | undefined => result?.hits.map(({ id }) => id);

  it("searches, and marks what it found", async () => {
    const result = await one({ query: "ro", highlightPreTag: "<b>", highlightPostTag: "</b>" });
    expect(idsOf(result)).toEqual([3, 4]);
    expect(result).toMatchObject({ query: "ro", nbHits: 2, page: 0, processingTimeMS: expect.any(Number) });
    expect(result?.hits[0]).toMatchObject({ _highlightResult: { name: { value: "<b>Ro</b>me" } } });
  });

  it("counts facets, also those that are not refined", async () => {
    const result = await one({
      query: "",
      facets: ["country", "people"],
      facetFilters: [["country:Italy"]],
      numericFilters: ["people>=100000"],
    });
    expect(idsOf(result)).toEqual([3]);
    expect(result?.facets).toMatchObject({ country: { Italy: 1 } });
    expect(result?.facets_stats).toMatchObject({ people: { min: 2_750_000, max: 2_750_000 } });
  });

  it("walks down levels", async () => {
    const result = await one({
      query: "",
      facets: ["place.lvl0", "place.lvl1", "place.lvl2"],
      facetFilters: [["place.lvl1:Europe > France"]],
    });
    expect(result?.nbHits).toBe(3);
    expect(result?.facets).toMatchObject({
      "place.lvl1": { "Europe > France": 3 },
      "place.lvl2": { "Europe > France > Lyon": 1, "Europe > France > Paris": 1, "Europe > France > Roubaix": 1 },
    });
  });

  it("turns pages", async () => {
    const pages = [];
    for (const page of [0, 1, 2]) pages.push(await one({ query: "", hitsPerPage: 3, page }));
    expect(pages.map(idsOf)).toEqual([[1, 2, 3], [4], []]);
    expect(pages[0]).toMatchObject({ nbPages: 2, nbHits: 4, hitsPerPage: 3 });
  });

  it("sorts by what stands behind an index's name", async () => {
    expect(idsOf(await one({ query: "" }, "cities:people:desc"))).toEqual([3, 1, 2, 4]);
  });

  it("looks around a place and inside a box", async () => {
    expect(idsOf(await one({ query: "", aroundLatLng: "45.8, 4.8", aroundRadius: 450_000 }))).toEqual([1, 2]);
    expect(idsOf(await one({ query: "", insideBoundingBox: "51,5,47,2" }))).toEqual([1, 4]);
  });

  it("asks several indexes at once", async () => {
    const results = await search([
      { indexName: "cities", params: { query: "rou" } },
      { indexName: "towns", params: { query: "" } },
      { indexName: "cities", params: { query: "", facets: ["country"], hitsPerPage: 1 } },
    ]);
    expect(results.map(idsOf)).toEqual([[4], [4], [1]]);
    expect(results[2]?.facets).toEqual({ country: { France: 3, Italy: 1 } });
  });

  it("looks for values of facets", async () => {
    const { searchClient } = instantMeiliSearch(gateway.address, MASTER_KEY);
    const requests = [{ indexName: "cities", params: { facetName: "country", facetQuery: "fr" } }];
    const answers: unknown = await searchClient.searchForFacetValues?.(requests);
    expect(answers).toMatchObject([{ facetHits: [{ value: "France", count: 3 }] }]);
  });
});
