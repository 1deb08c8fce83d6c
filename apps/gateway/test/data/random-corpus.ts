import fc from "fast-check";

const WORDS = (
  "red blue green silver harbour lantern library winter summer river mountain train station garden orchard island " +
  "captain sailor keeper letter paper clock music dance shadow window bridge forest meadow stone"
).split(" ");
const COLORS = ["amber", "black", "cyan", "dark blue", "ecru"];

const words = (min: number, max: number) =>
  fc.array(fc.constantFrom(...WORDS), { minLength: min, maxLength: max }).map((list) => list.join(" "));

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const document = fc.record({
  title: words(1, 5),
  text: words(0, 12),
  color: maybe(fc.option(fc.constantFrom(...COLORS), { nil: null, freq: 6 })),
  price: maybe(
    fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1.5, 2.25, 1e3), fc.constantFrom("cheap", "dear")),
  ),
  tags: maybe(fc.array(fc.constantFrom(...WORDS.slice(0, 8)), { maxLength: 3 })),
  maker: maybe(fc.record({ name: fc.constantFrom("Ada", "Bo", "Cyd"), year: fc.integer({ min: 1990, max: 1999 }) })),
  _geo: maybe(fc.record({ lat: fc.integer({ min: -80, max: 80 }), lng: fc.integer({ min: -170, max: 170 }) })),
});

/** Documents with ids of their own, in the order in which they are added. */
export const corpus = fc
  .array(document, { minLength: 30, maxLength: 90 })
  .map((list) => list.map((fields, index) => ({ id: index % 2 === 0 ? index : `doc-${index}`, ...fields })));

export const SETTINGS = {
  filterableAttributes: ["color", "price", "tags", "maker", "_geo"],
  sortableAttributes: ["price", "title", "color", "tags", "maker.year", "_geo"],
};

export const filter = fc.constantFrom<unknown>(
  "color = amber",
  "price > 10",
  "price 5 TO 30 OR color IN [cyan, black]",
  ["tags = red", "price EXISTS"],
  [["color = ecru", "color IS NULL"]],
  "NOT color EXISTS",
  "maker.name = Ada AND NOT tags IN [blue, green]",
  "_geoRadius(10, 10, 6000000)",
);

export const sort = fc.constantFrom(
  ["price:asc"],
  ["price:desc"],
  ["color:desc", "price:asc"],
  ["tags:asc"],
  ["maker.year:desc", "title:asc"],
  ["_geoPoint(12, 34):asc"],
  ["_geoPoint(12, 34):desc", "price:asc"],
);

export const query = fc.oneof(
  fc.constant(""),
  fc.constantFrom(...WORDS),
  fc.constantFrom(...WORDS).map((word) => word.slice(0, 3)),
  fc.constantFrom(...WORDS).map((word) => `${word.slice(0, 2)}${word.slice(3)}x`),
  words(2, 3),
  words(2, 2).map((text) => `"${text}"`),
  words(1, 2).map((text) => `${text} -lantern`),
);

const paging = fc.oneof(
  fc.constant({}),
  fc.record({ offset: fc.integer({ min: 0, max: 30 }), limit: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ page: fc.integer({ min: 0, max: 4 }), hitsPerPage: fc.integer({ min: 0, max: 12 }) }),
);

const formatting = fc.constantFrom(
  {},
  { attributesToRetrieve: ["id", "price"] },
  { attributesToRetrieve: [] },
  { attributesToHighlight: ["*"] },
  { attributesToHighlight: ["title"], attributesToCrop: ["text"], cropLength: 3, attributesToRetrieve: ["id"] },
  { showMatchesPosition: true, attributesToRetrieve: ["id", "title"] },
);

/** Bodies of searches that a sharded index answers exactly as one node does. */
export const search = fc
  .tuple(
    fc.record({ q: query }),
    fc.oneof(fc.constant({}), fc.record({ filter })),
    fc.oneof(fc.constant({}), fc.record({ sort })),
    paging,
    formatting,
    fc.constantFrom({}, { facets: ["*"] }, { facets: ["color", "price"] }, { facets: ["tags", "maker.name"] }),
    fc.constantFrom({}, { matchingStrategy: "all" }, { attributesToSearchOn: ["title"] }),
  )
  .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);

/** Bodies of document lists. */
export const listing = fc
  .tuple(
    fc.record({ offset: fc.integer({ min: 0, max: 60 }), limit: fc.integer({ min: 0, max: 40 }) }),
    fc.oneof(fc.constant({}), fc.record({ filter })),
    fc.oneof(fc.constant({}), fc.record({ sort })),
    fc.constantFrom({}, { fields: ["title"] }, { fields: ["id", "maker.name"] }, { ids: [0, "doc-1", 4, "doc-7", 12] }),
  )
  .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>);
