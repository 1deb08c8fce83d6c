import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const TRACE = /_miroir|[\u2983-\u2992]/;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ shards: 8, replicationFactor: 2 });
  await sendAndWait(gateway.send, "POST", "/indexes", { uid: "empty" });
  await sendAndWait(gateway.send, "POST", "/indexes/i/documents", [
    { id: 1, title: "red car", tags: ["a", "b"], maker: { name: "Ada" }, _vectors: { e: [1, 0] } },
    { id: 2, title: "blue car", tags: ["b"], price: 3, _vectors: { e: [0.6, 0.8] } },
    { id: 3, title: "green", _geo: { lat: 1, lng: 2 } },
  ]);
  await sendAndWait(gateway.send, "PATCH", "/indexes/i/settings", {
    filterableAttributes: ["tags", "price", { attributePatterns: ["*"] }],
    sortableAttributes: ["price"],
    embedders: { e: { source: "userProvided", dimensions: 2 } },
  });
});
afterAll(() => gateway.close());

type Request = readonly [method: string, path: string, body?: unknown];

const search = (body: unknown): Request => ["POST", "/indexes/i/search", body];
const multi = (queries: readonly unknown[], federation: unknown = null): Request => [
  "POST",
  "/multi-search",
  { queries, federation },
];
const facetSearch = (index: string, body: unknown): Request => ["POST", `/indexes/${index}/facet-search`, body];
const similar = (body: unknown): Request => ["POST", "/indexes/i/similar", body];
const list = (body: unknown): Request => ["POST", "/indexes/i/documents/fetch", body];

const named = ([method, path, body]: Request) => ({ method, path, body });

/** Every route that reads, in the forms in which a node shows most, and their errors. */
const READS: readonly Request[] = [
  ["GET", "/indexes"],
  ["GET", "/indexes/i"],
  ["GET", "/indexes/none"],
  ["GET", "/stats"],
  ["GET", "/stats?showInternalDatabaseSizes=true&sizeFormat=human"],
  ["GET", "/indexes/i/stats"],
  ["GET", "/indexes/empty/stats"],
  ["GET", "/indexes/none/stats"],
  ["GET", "/indexes/i/settings"],
  ["GET", "/indexes/empty/settings"],
  ["GET", "/indexes/i/settings/filterable-attributes"],
  ["GET", "/indexes/i/settings/displayed-attributes"],
  ["GET", "/indexes/empty/settings/filterable-attributes"],
  ["GET", "/indexes/i/documents"],
  ["GET", "/indexes/i/documents?fields=title"],
  ["GET", "/indexes/i/documents?fields=_miroir_shard,title"],
  ["GET", "/indexes/i/documents?sort=nothing:asc"],
  ["GET", "/indexes/i/documents?filter=nothing%20=%201"],
  ["GET", "/indexes/empty/documents?filter=nothing%20=%201"],
  ["GET", "/indexes/i/documents/1"],
  ["GET", "/indexes/i/documents/1?fields=_miroir_seq,id"],
  ["GET", "/indexes/i/documents/nowhere"],
  list({}),
  list({ fields: ["_miroir_shard", "_miroir_seq"] }),
  list({ filter: "nothing = 1" }),
  list({ filter: "_miroir_shard EXISTS" }),
  list({ sort: ["_miroir_seq:asc"] }),
  ["GET", "/indexes/i/search?q=car&attributesToHighlight=*&showRankingScoreDetails=true&facets=*"],
  search({}),
  search({ q: "car", attributesToHighlight: ["*"], attributesToCrop: ["*"], showMatchesPosition: true }),
  search({ q: "car", showRankingScore: true, showRankingScoreDetails: true, sort: ["price:asc"] }),
  search({ attributesToRetrieve: ["_miroir_shard", "_miroir_seq", "id"] }),
  search({ attributesToRetrieve: ["_miroir_*"], attributesToHighlight: ["_miroir_shard", "_miroir_seq"] }),
  search({ facets: ["*"] }),
  search({ facets: ["tags", "price"] }),
  search({ facets: ["_miroir_shard"] }),
  search({ distinct: "tags", facets: ["*"] }),
  search({ distinct: "_miroir_seq" }),
  search({ sort: ["_miroir_seq:asc"] }),
  search({ sort: ["nothing:asc"] }),
  search({ filter: "_miroir_shard = 1" }),
  search({ filter: ["tags = a", ["_miroir_seq EXISTS"]] }),
  search({ attributesToSearchOn: ["_miroir_shard"] }),
  search({ q: "⦃⦃⦃⦄" }),
  ["POST", "/indexes/empty/search", { facets: ["*"] }],
  ["POST", "/indexes/empty/search", { facets: ["nothing"] }],
  ["POST", "/indexes/empty/search", { filter: "nothing = 1" }],
  ["POST", "/indexes/empty/search", { filter: ["nothing = 1", "other = 2"] }],
  ["POST", "/indexes/empty/search", { distinct: "nothing" }],
  ["POST", "/indexes/none/search", {}],
  multi([{ indexUid: "i", facets: ["*"], showRankingScoreDetails: true }, { indexUid: "empty" }]),
  multi([{ indexUid: "i", attributesToRetrieve: ["_miroir_*"], attributesToHighlight: ["*"] }]),
  multi([{ indexUid: "i", filter: "_miroir_shard EXISTS" }]),
  multi([{ indexUid: "i" }, { indexUid: "empty", filter: "nothing = 1" }]),
  multi([{ indexUid: "i" }, { indexUid: "none" }]),
  multi([{ indexUid: "i", attributesToHighlight: ["*"], showMatchesPosition: true }, { indexUid: "empty" }], {}),
  multi([{ indexUid: "i", q: "car" }, { indexUid: "i" }], { facetsByIndex: { i: ["*"], empty: ["*"] } }),
  multi([{ indexUid: "i", q: "car" }, { indexUid: "i" }], { facetsByIndex: { i: ["*"] }, mergeFacets: {} }),
  multi([{ indexUid: "i" }, { indexUid: "i", filter: "nothing = 1" }], {}),
  multi([{ indexUid: "i" }, { indexUid: "empty", filter: "nothing = 1" }], {}),
  multi([{ indexUid: "i" }], { facetsByIndex: { i: ["_miroir_shard"] } }),
  multi([{ indexUid: "i" }], { facetsByIndex: { empty: ["nothing"] } }),
  multi([{ indexUid: "i" }], { distinct: "_miroir_seq" }),
  multi([{ indexUid: "i" }, { indexUid: "i" }], { distinct: "nothing" }),
  facetSearch("i", { facetName: "tags" }),
  facetSearch("i", { facetName: "_miroir_shard" }),
  facetSearch("i", { facetName: "nothing" }),
  facetSearch("i", { facetName: "tags", filter: "nothing.at.all = 1" }),
  facetSearch("i", { facetName: "tags", filter: "_miroir_seq EXISTS" }),
  facetSearch("empty", { facetName: "nothing" }),
  facetSearch("empty", { facetName: "nothing", filter: "nothing = 1" }),
  search({ vector: [1, 0], hybrid: { embedder: "e" }, retrieveVectors: true, showRankingScoreDetails: true }),
  search({ q: "car", vector: [1, 0], hybrid: { embedder: "e" }, attributesToHighlight: ["*"] }),
  search({ q: "car", hybrid: { embedder: "e", semanticRatio: 1 } }),
  search({ q: "car", vector: [1], hybrid: { embedder: "e" } }),
  similar({ id: 1, embedder: "e", retrieveVectors: true, showRankingScoreDetails: true }),
  similar({ id: 3, embedder: "e" }),
  similar({ id: 9, embedder: "e" }),
  similar({ id: 1, embedder: "none" }),
  similar({ id: 1, embedder: "e", filter: "nothing.at.all = 1" }),
  similar({ id: 1, embedder: "e", filter: "_miroir_shard EXISTS" }),
  ["GET", "/indexes/i/similar?id=1&embedder=e"],
  ["POST", "/indexes/i/fields", {}],
  ["POST", "/indexes/i/fields", { filter: { attributePatterns: ["_miroir_*"] } }],
  ["POST", "/indexes/empty/fields", {}],
  ["GET", "/experimental-features"],
];

it.each(READS.map(named))("$method $path $body shows nothing of ours", async ({ method, path, body }) => {
  const { status, text } = await gateway.send(method, path, body);
  expect(status).toBeLessThan(500);
  // What the client itself wrote may be echoed.
  expect(text.replace(/"query":"[^"]*"/, "")).not.toMatch(TRACE);
});

const WRITES: readonly Request[] = [
  ["POST", "/indexes", { uid: "new" }],
  ["POST", "/indexes", { uid: "i" }],
  ["PATCH", "/indexes/i", { primaryKey: "title" }],
  ["POST", "/indexes/i/documents", [{ id: 4 }]],
  ["POST", "/indexes/i/documents", [{ id: 5 }, { noId: true }]],
  ["PUT", "/indexes/i/documents", [{ id: 3, price: 9 }]],
  ["POST", "/indexes/i/documents/delete", { filter: "nothing.at.all = 1" }],
  ["POST", "/indexes/empty/documents/delete", { filter: "nothing = 1" }],
  ["POST", "/indexes/i/documents/delete-batch", ["4"]],
  ["DELETE", "/indexes/i/documents/4"],
  ["PUT", "/indexes/i/settings/filterable-attributes", ["tags", "price"]],
  ["DELETE", "/indexes/i/settings/filterable-attributes"],
  ["PUT", "/indexes/i/settings/displayed-attributes", ["id", "title"]],
  ["DELETE", "/indexes/i/settings"],
  ["DELETE", "/indexes/empty/documents"],
  ["DELETE", "/indexes/empty"],
  ["DELETE", "/indexes/none"],
];

it.each(WRITES.map(named))("the task of $method $path $body shows nothing of ours", async ({ method, path, body }) => {
  expect(JSON.stringify(await sendAndWait(gateway.send, method, path, body))).not.toMatch(TRACE);
});

it("restricted displayed attributes hide all but those, and merging still works", async () => {
  await sendAndWait(gateway.send, "PUT", "/indexes/i/settings/displayed-attributes", ["id"]);
  const { body } = await gateway.send("POST", "/indexes/i/search", { attributesToHighlight: ["*"] });
  expect(body.hits).toEqual([1, 2, 3].map((id) => ({ id, _formatted: { id: String(id) } })));
  const settings = await gateway.send("GET", "/indexes/i/settings/displayed-attributes");
  expect(settings.body).toEqual(["id"]);
});

it("a reset keeps shards apart", async () => {
  await sendAndWait(gateway.send, "DELETE", "/indexes/i/settings");
  const { body } = await gateway.send("POST", "/indexes/i/search", {});
  expect(body.hits.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3]);
  expect((await gateway.send("GET", "/indexes/i/settings")).body.filterableAttributes).toEqual([]);
});
