const search = {
  q: "red",
  offset: 1,
  limit: 3,
  filter: ["price > 1", ["tags = a", "tags = b"]],
  facets: ["*"],
  sort: ["price:asc"],
  attributesToRetrieve: ["id"],
  attributesToHighlight: ["*"],
  attributesToCrop: ["title"],
  showMatchesPosition: true,
  showRankingScoreDetails: true,
  matchingStrategy: "all",
  rankingScoreThreshold: 0.2,
};
const semantic = { q: "car", vector: [1, 0], hybrid: { embedder: "e", semanticRatio: 0.5 }, retrieveVectors: true };
const documents = [
  { id: 1, title: "red car", price: 3, tags: ["a"], _geo: { lat: 1, lng: 2 }, _vectors: { e: [1, 0] } },
  { id: "two", title: null, maker: { name: "Ada" } },
];
const settings = {
  filterableAttributes: ["tags", { attributePatterns: ["price"], features: { facetSearch: false } }],
  sortableAttributes: ["price"],
  rankingRules: ["words", "price:asc"],
  synonyms: { a: ["b"] },
  typoTolerance: { enabled: false, minWordSizeForTypos: { oneTypo: 3 } },
  faceting: { maxValuesPerFacet: 5, sortFacetValuesBy: { "*": "count" } },
  pagination: { maxTotalHits: 9 },
  embedders: { e: { source: "userProvided", dimensions: 2 } },
  localizedAttributes: [{ attributePatterns: ["*"], locales: ["eng"] }],
  searchCutoffMs: 100,
};
const federated = {
  federation: { limit: 3, facetsByIndex: { i: ["tags"] }, mergeFacets: { maxValuesPerFacet: 3 } },
  queries: [{ indexUid: "i", q: "red", federationOptions: { weight: 2 } }, { indexUid: "empty" }],
};
const key = { name: "k", actions: ["search", "documents.*"], indexes: ["i*"], expiresAt: "2099-01-01T00:00:00Z" };

/** Bodies that the route with this path, or one whose path ends so, takes. They are what mutations begin with. */
const EXAMPLES: readonly (readonly [ending: string, ...bodies: unknown[]])[] = [
  ["/search", search, semantic, { page: 2, hitsPerPage: 3, distinct: "tags" }],
  ["/multi-search", federated, { queries: [{ indexUid: "i", ...search }] }],
  ["/facet-search", { facetName: "tags", facetQuery: "a", filter: "price > 1", q: "red" }],
  ["/similar", { id: 1, embedder: "e", filter: "price > 1", limit: 2 }],
  ["/documents", documents, documents[0]],
  [
    "/documents/fetch",
    { offset: 0, limit: 2, fields: ["id"], filter: "price > 1", ids: [1, "two"], sort: ["price:asc"] },
  ],
  ["/documents/delete", { filter: "price > 100" }],
  ["/documents/delete-batch", [1, "two"]],
  ["/documents/edit", { function: "doc.price = 1", filter: "price > 1", context: { a: 1 } }],
  ["/settings", settings],
  ["/fields", { offset: 0, limit: 2, filter: { attributePatterns: ["t*"], sortable: true } }],
  ["/indexes", { uid: "made", primaryKey: "id" }],
  ["/indexes/:indexUid", { primaryKey: "id" }],
  ["/swap-indexes", [{ indexes: ["i", "empty"], rename: false }]],
  ["/keys", key],
  ["/keys/:key", { name: "other", description: "d" }],
  ["/experimental-features", { containsFilter: true }],
  ["/webhooks", { url: "http://127.0.0.1:9/", headers: { a: "b" } }],
  ["/webhooks/:uuid", { url: "http://127.0.0.1:9/", headers: { a: null } }],
  ["/render-template", { template: { kind: "inlineDocumentTemplate", inline: "{{ doc.a }}" }, input: null }],
];

/** @returns the examples for a path, or every one for a path that has none of its own */
export function examplesFor(path: string): readonly unknown[] {
  const own = EXAMPLES.filter(([ending]) => path.endsWith(ending)).flatMap(([, ...bodies]) => bodies);
  if (own.length > 0) return own;
  const setting = Object.values(settings);
  return path.includes("/settings/") ? setting : EXAMPLES.flatMap(([, ...bodies]) => bodies);
}
