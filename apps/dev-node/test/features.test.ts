import { describe, expect, it } from "vitest";
import { finished } from "./http.ts";
import { start } from "./started-node.ts";

// What these tests expect was seen on a Meilisearch 1.50.0 node.

describe("experimental features", () => {
  it("show and take the settings that belong to them", async () => {
    const { call } = await start();
    await finished(call, call("POST", "/indexes", { uid: "a" }));
    expect((await call("PATCH", "/indexes/a/settings", { foreignKeys: [] })).status).toBe(400);
    expect((await call("GET", "/indexes/a/settings")).body).not.toHaveProperty("foreignKeys");
    await call("PATCH", "/experimental-features", { foreignKeys: true, chatCompletions: true });
    const settings = (await call("GET", "/indexes/a/settings")).body;
    expect(settings).toMatchObject({ foreignKeys: [], chat: { description: "", documentTemplateMaxBytes: 400 } });
    expect((await call("GET", "/indexes/a/settings/foreign-keys")).body).toEqual([]);
    const task = await finished(call, call("PATCH", "/indexes/a/settings", { chat: { description: "x" } }));
    expect(task.status).toBe("succeeded");
    expect((await call("GET", "/indexes/a/settings/chat")).body).toMatchObject({ description: "x" });
    await call("PATCH", "/experimental-features", { chatCompletions: false });
    expect((await call("GET", "/indexes/a/settings/chat")).status).toBe(400);
  });

  it.each([
    ["_vectors EXISTS", [1, 2]],
    ["_vectors.m EXISTS", [1, 2]],
    ["_vectors.m NOT EXISTS", [3]],
    ["_vectors.m.userProvided EXISTS", [1, 2, 3]],
    ["_vectors.m.regenerate EXISTS", [2]],
    ["_vectors.m.documentTemplate EXISTS", []],
    ["_vectors.nope EXISTS", "invalid_search_filter"],
    ["_vectors.m.fragments.x EXISTS", "invalid_search_filter"],
  ])("filters by %s when `multimodal` is on", async (filter, expected) => {
    const { call } = await start();
    const embedders = { m: { source: "userProvided", dimensions: 1 } };
    await finished(call, call("PATCH", "/indexes/a/settings", { embedders }));
    const given = [[1], { regenerate: true, embeddings: [2] }, null];
    const documents = given.map((m, at) => ({ id: at + 1, _vectors: { m } }));
    await finished(call, call("POST", "/indexes/a/documents", documents));
    expect((await call("POST", "/indexes/a/search", { filter })).body).toMatchObject({ code: "feature_not_enabled" });
    await call("PATCH", "/experimental-features", { multimodal: true });
    const { hits, code } = (await call("POST", "/indexes/a/search", { filter })).body as {
      hits?: { id: number }[];
      code?: string;
    };
    expect(hits?.map(({ id }) => id) ?? code).toEqual(expected);
  });

  it("open routes that this node has not: 501 rather than a wrong answer", async () => {
    const { call } = await start();
    const codes = async () =>
      Promise.all(
        (
          [
            ["GET", "/metrics"],
            ["POST", "/tasks/compact"],
          ] as const
        ).map(async ([method, path]) => {
          const { status, body } = await call(method, path);
          return [status, (body as { code: string }).code];
        }),
      );
    expect(await codes()).toEqual([
      [400, "feature_not_enabled"],
      [400, "feature_not_enabled"],
    ]);
    await call("PATCH", "/experimental-features", { metrics: true, taskQueueCompactionRoute: true });
    expect(await codes()).toEqual([
      [501, "miroir_not_implemented"],
      [501, "miroir_not_implemented"],
    ]);
  });
});

describe("the fields of an index", () => {
  const settings = {
    embedders: { m: { source: "userProvided", dimensions: 1 } },
    filterableAttributes: ["a.b", { attributePatterns: ["g*"], features: { facetSearch: true } }],
    sortableAttributes: ["k"],
    searchableAttributes: ["t", "a"],
    displayedAttributes: ["t", "a.b", "id"],
    distinctAttribute: "k",
    rankingRules: ["words", "k:desc", "sort"],
    localizedAttributes: [{ attributePatterns: ["t"], locales: ["fra"] }],
    faceting: { sortFacetValuesBy: { g1: "count" } },
  };
  const document = {
    id: 1,
    t: "x",
    a: { b: 1, c: { d: 2 } },
    g1: 1,
    k: 1,
    list: [{ z: 1 }],
    _geo: { lat: 1, lng: 2 },
    _vectors: { m: [1] },
  };

  it("are those of the documents, with what the settings make of them", async () => {
    const { call } = await start();
    await finished(call, call("PATCH", "/indexes/x/settings", settings));
    const fields = async (body: object) =>
      (await call("POST", "/indexes/x/fields", body)).body as { results: { name: string }[]; total: number };
    expect(await fields({})).toEqual({ results: [], offset: 0, limit: 20, total: 0 });
    await finished(call, call("POST", "/indexes/x/documents", [document]));
    const names = async (filter: object | null) => (await fields({ filter })).results.map(({ name }) => name);
    expect(await names(null)).toEqual(
      "_geo _geo.lat _geo.lng _vectors a a.b a.c a.c.d g1 id k list list.z t".split(" "),
    );
    expect(await names({ displayed: true })).toEqual(["a.b", "id", "t"]);
    expect(await names({ searchable: true })).toEqual(["a", "a.b", "a.c", "a.c.d", "t"]);
    expect(await names({ attributePatterns: ["a"] })).toEqual(["a"]);
    expect(await names({ attributePatterns: ["*"], sortable: true })).toEqual(["k"]);
    expect(await names({ filterable: true })).toEqual(["a.b", "g1"]);
    const { results } = await fields({ filter: { attributePatterns: ["k", "g1", "t"] } });
    expect(results).toMatchObject([
      {
        name: "g1",
        filterable: { enabled: true, sortBy: "count", facetSearch: true, equality: true, comparison: false },
      },
      {
        name: "k",
        sortable: { enabled: true },
        distinct: { enabled: true },
        rankingRule: { enabled: true, order: "desc" },
      },
      { name: "t", rankingRule: { enabled: false }, localized: { locales: ["Fra"] } },
    ]);
  });
});
