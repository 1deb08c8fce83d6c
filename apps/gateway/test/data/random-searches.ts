import fc from "fast-check";
import { corpus, filter, query, SETTINGS, sort } from "./random-corpus.ts";

const component = fc.integer({ min: -999, max: 999 }).map((value) => value / 1000);
const vector = fc.tuple(component, component, component).filter((values) => values.some((value) => value !== 0));

/** Documents of which most have an embedding. */
export const embeddedCorpus = corpus.chain((documents) =>
  fc
    .array(fc.option(vector, { freq: 6 }), { minLength: documents.length, maxLength: documents.length })
    .map((vectors) => documents.map((document, at) => ({ ...document, _vectors: { e: vectors[at] ?? null } }))),
);

export const EMBEDDED_SETTINGS = {
  ...SETTINGS,
  embedders: { e: { source: "userProvided", dimensions: 3 } },
};

type Body = Record<string, unknown>;

const merged = (...parts: fc.Arbitrary<Body>[]) =>
  fc.tuple(...parts).map((chosen) => Object.assign({}, ...chosen) as Body);

const maybe = (arbitrary: fc.Arbitrary<Body>) => fc.oneof(fc.constant({}), arbitrary);

const offsetPaging = fc.record({ offset: fc.integer({ min: 0, max: 20 }), limit: fc.integer({ min: 0, max: 25 }) });
const pagePaging = fc.record({ page: fc.integer({ min: 0, max: 3 }), hitsPerPage: fc.integer({ min: 0, max: 10 }) });
const paging = fc.oneof(fc.constant({}), offsetPaging, pagePaging);

const shown = fc.constantFrom(
  {},
  { attributesToRetrieve: ["id", "price"] },
  { attributesToRetrieve: ["title"], showRankingScore: true },
  { attributesToHighlight: ["title"], attributesToRetrieve: ["id"] },
  { showMatchesPosition: true, attributesToRetrieve: ["id", "title"] },
);

const index = fc.constantFrom({ indexUid: "c" }, { indexUid: "d" });

const matching = merged(
  fc.record({ q: query }),
  maybe(fc.record({ filter })),
  fc.constantFrom({}, {}, { matchingStrategy: "all" }, { attributesToSearchOn: ["title"] }),
);

const oneSearch = merged(matching, maybe(fc.record({ sort })), paging, shown, fc.constantFrom({}, { facets: ["*"] }));

/** Bodies of multi-searches whose queries have each their own list of hits. */
export const apart = fc.record({ queries: fc.array(merged(index, oneSearch), { maxLength: 3 }) });

const weight = fc.constantFrom({}, { federationOptions: { weight: 0.5 } }, { federationOptions: { weight: 2 } });

const facetsByIndex = fc.constantFrom(
  {},
  { facetsByIndex: { c: ["color", "price"] } },
  { facetsByIndex: { c: ["*"], d: ["tags"] } },
  { facetsByIndex: { c: ["color", "tags"], d: ["color"] }, mergeFacets: {} },
  { facetsByIndex: { c: ["color", "tags"], d: ["color"] }, mergeFacets: { maxValuesPerFacet: 2 } },
);

/** Bodies of multi-searches with one list of hits. Sorts are of one kind and direction, or most would be refused. */
export const federated = fc
  .constantFrom<Body>({}, {}, { sort: ["price:asc"] }, { sort: ["color:desc"] }, { sort: ["_geoPoint(12, 34):desc"] })
  .chain((sorted) =>
    fc.record({
      queries: fc.array(merged(index, matching, weight, shown, fc.constant(sorted)), { minLength: 1, maxLength: 3 }),
      federation: merged(paging, facetsByIndex),
    }),
  );

/** Federated searches that a node may refuse, for their rules cannot be compared. */
export const incomparable = fc.record({
  queries: fc.array(merged(index, matching, fc.record({ sort })), { minLength: 2, maxLength: 3 }),
  federation: fc.constant({ limit: 5 }),
});

/** Bodies of searches for facet values. */
export const facetSearch = merged(
  fc.record({ facetName: fc.constantFrom("color", "tags", "maker.name", "price") }),
  maybe(fc.record({ facetQuery: fc.constantFrom("", "b", "da", "cyn", "re", "Ada") })),
  maybe(matching),
);

const ratio = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.8, 1);

/** Bodies of searches that look at vectors, alone or beside words. */
export const semantic = merged(
  merged(fc.record({ q: query }), maybe(fc.record({ filter })), maybe(fc.record({ sort }))),
  fc.record({ vector, hybrid: ratio.map((semanticRatio) => ({ embedder: "e", semanticRatio })) }),
  paging,
  shown,
  fc.constantFrom({}, { facets: ["*"] }, { retrieveVectors: true }, { showRankingScoreDetails: true }),
);

/** Federated searches of which the first query looks at vectors too. */
export const federatedSemantic = fc.tuple(federated, vector, ratio).map(
  ([
    {
      queries: [first, ...others],
      federation,
    },
    values,
    semanticRatio,
  ]) => ({
    queries: [{ ...first, vector: values, hybrid: { embedder: "e", semanticRatio }, retrieveVectors: true }, ...others],
    federation,
  }),
);

/** Bodies of searches for similar documents; some of the ids exist. */
export const similar = merged(
  fc.record({ id: fc.constantFrom(0, 2, 4, "doc-1", "doc-3", "doc-5", 12, 1000), embedder: fc.constant("e") }),
  maybe(fc.record({ filter })),
  maybe(offsetPaging),
  fc.constantFrom({}, { attributesToRetrieve: ["id"] }, { showRankingScore: true }, { retrieveVectors: true }),
  fc.constantFrom({}, {}, { rankingScoreThreshold: 0.8 }),
);

/** Bodies of lists of fields. */
export const fields = merged(
  maybe(offsetPaging),
  fc.constantFrom<Body>(
    {},
    { filter: { filterable: true } },
    { filter: { attributePatterns: ["maker*", "_*"] } },
    { filter: { sortable: false, displayed: true } },
  ),
);
