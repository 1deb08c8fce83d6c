import type { Faceting } from "@miroir/meilisearch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { facetDistributionJson, facetStatsJson } from "../../src/merge/facets-json.ts";
import {
  type FacetDistribution,
  mergeFacetDistributions,
  mergeFacetHits,
  mergeFacetStats,
} from "../../src/merge/merge-facets.ts";
import { compareUtf8 } from "../../src/merge/utf8-order.ts";

const settings: Faceting = { maxValuesPerFacet: 100, sortFacetValuesBy: { "*": "alpha" } };
const byCount: Faceting = { maxValuesPerFacet: 3, sortFacetValuesBy: { "*": "count" } };

function values(distributions: FacetDistribution[], options = settings, totalHits = 150) {
  return mergeFacetDistributions(distributions, options, totalHits).map(({ values }) => values);
}

describe("mergeFacetDistributions", () => {
  it("equals counting on the union, cut off afterwards, for any split of the documents", () => {
    const word = fc.constantFrom(
      "Poetry",
      "poetry",
      " POETRY",
      "Fantasy",
      "Été",
      "ete",
      "horror",
      "Ｈｏｒｒｏｒ",
      "𝄞",
      "\uff5e",
    );
    const documents = fc.array(fc.record({ node: fc.nat(2), word }), { maxLength: 80 });
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 12 }), (all, max) => {
        const distributions = [0, 1, 2].map((node) => count(all.filter((d) => d.node === node)));
        const [whole = []] = values([count(all)]);
        const expected = [...countNormalized(all)].sort(([a], [b]) => compareUtf8(a, b));
        expect(whole.map(([value, n]) => [normalize(value), n])).toEqual(expected);
        expect(values(distributions, { ...settings, maxValuesPerFacet: max })[0] ?? []).toEqual(whole.slice(0, max));
      }),
    );
  });

  it("is exact in alpha order though every node cuts off its own values", () => {
    const documents = fc.array(fc.record({ node: fc.nat(2), word: fc.stringMatching(/^[a-f]{1,2}$/) }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 6 }), (all, max) => {
        const limited = { ...settings, maxValuesPerFacet: max };
        const cut = [0, 1, 2].map((node) => {
          const [own = []] = values([count(all.filter((d) => d.node === node))], limited);
          return { genre: Object.fromEntries(own) };
        });
        expect(values(cut, limited)[0]).toEqual(values([count(all)], limited)[0] ?? []);
      }),
    );
  });

  it("shows one spelling, the same whichever node comes first", () => {
    const distributions = [{ genre: { poetry: 2 } }, { genre: { Poetry: 1 } }];
    expect(values(distributions)).toEqual([[["Poetry", 3]]]);
    expect(values([...distributions].reverse())).toEqual([[["Poetry", 3]]]);
  });

  it("puts numbers before strings: as text in small results, by value in large ones", () => {
    const distributions = [{ price: { free: 3, "5.82": 3, "10.2": 1 } }, { price: { "9": 1, "12.50": 1, "10.2": 1 } }];
    const strings = [
      ["12.50", 1],
      ["free", 3],
    ];
    expect(values(distributions)[0]).toEqual([["10.2", 2], ["5.82", 3], ["9", 1], ...strings]);
    expect(values(distributions, settings, 3000)).toEqual(values(distributions));
    expect(values(distributions, settings, 3001)[0]).toEqual([["5.82", 3], ["9", 1], ["10.2", 2], ...strings]);
  });

  it("lets all strings follow once numbers fill the limit, but in small results", () => {
    const distributions = [{ v: { "1": 1, "2": 1, a: 1, b: 1 } }, { v: { "3": 1, c: 1 } }];
    const limited = (maxValuesPerFacet: number, total: number) =>
      values(distributions, { ...settings, maxValuesPerFacet }, total)[0]?.map(([value]) => value);
    expect(limited(3, 3000)).toEqual(["1", "2", "3"]);
    expect(limited(3, 3001)).toEqual(["1", "2", "3", "a", "b", "c"]);
    expect(limited(4, 3001)).toEqual(["1", "2", "3", "a"]);
  });

  it("does not take a string that only normalises to a number for that number", () => {
    expect(values([{ size: { "1": 2, "１": 5 } }])).toEqual([
      [
        ["1", 2],
        ["１", 5],
      ],
    ]);
  });

  it("orders by count, equal counts from the highest value down", () => {
    const genres = { Poetry: 13, Children: 22, Philosophy: 23, Romance: 23 };
    expect(values([{ genres }], byCount)).toEqual([
      [
        ["Romance", 23],
        ["Philosophy", 23],
        ["Children", 22],
      ],
    ]);
  });

  it("by count lists all strings once numbers fill the limit, as a node does", () => {
    const price = { "5.82": 3, "14.5": 2, "59.92": 1, "3.44": 1, free: 3, "Sold Out": 1, "on request": 1, "12.50": 1 };
    expect(values([{ price }], byCount)).toEqual([
      [
        ["5.82", 3],
        ["14.5", 2],
        ["59.92", 1],
        ["free", 3],
        ["Sold Out", 1],
        ["on request", 1],
        ["12.50", 1],
      ],
    ]);
  });

  it("takes the order of a facet before that of the star", () => {
    const options = { maxValuesPerFacet: 9, sortFacetValuesBy: { "*": "alpha" as const, genres: "count" as const } };
    const distribution = { genres: { a: 1, b: 2 }, language: { de: 1, en: 2 } };
    expect(values([distribution], options)).toEqual([
      [
        ["b", 2],
        ["a", 1],
      ],
      [
        ["de", 1],
        ["en", 2],
      ],
    ]);
  });

  it("keeps facets without values, unites facets, orders them by name and drops ours", () => {
    const merged = mergeFacetDistributions(
      [
        { year: {}, _miroir_shard: { "⦃⦃⦃⦃": 4 } },
        { _geo: {}, "a b": { x: 1 } },
      ],
      settings,
      4,
    );
    expect(merged.map(({ facet }) => facet)).toEqual(["_geo", "a b", "year"]);
    expect(mergeFacetDistributions([{ _miroir_seq: { x: 1 } }], settings, 1)).toEqual([]);
  });
});

describe("mergeFacetStats", () => {
  it("takes the extremes over all nodes, and drops ours", () => {
    const stats = [
      { year: { min: 1961, max: 2001 }, _miroir_seq: { min: 0, max: 1 } },
      { year: { min: 1970, max: 2024 }, id: { min: 1, max: 2 } },
    ];
    expect(mergeFacetStats(stats)).toEqual([
      { facet: "id", min: 1, max: 2 },
      { facet: "year", min: 1961, max: 2024 },
    ]);
  });
});

describe("mergeFacetHits", () => {
  it("sums by normalised value, orders by the facet's setting and cuts off", () => {
    const lists = [
      [
        { value: "Fantasy", count: 2 },
        { value: "poetry", count: 1 },
      ],
      [
        { value: "Poetry", count: 4 },
        { value: "Fable", count: 1 },
      ],
    ];
    expect(mergeFacetHits(lists, "genres", settings)).toEqual([
      { value: "Fable", count: 1 },
      { value: "Fantasy", count: 2 },
      { value: "Poetry", count: 5 },
    ]);
    expect(mergeFacetHits(lists, "genres", { ...byCount, maxValuesPerFacet: 1 })).toEqual([
      { value: "Poetry", count: 5 },
    ]);
  });
});

describe("JSON of facets", () => {
  it("keeps the order of values that look like integers, and escapes names", () => {
    const merged = mergeFacetDistributions([{ 'say "x"': { "2": 1, "10": 2 }, empty: {} }], settings, 9000);
    expect(facetDistributionJson(merged)).toBe('{"empty":{},"say \\"x\\"":{"2":1,"10":2}}');
  });

  it("writes statistics as floats", () => {
    const json = facetStatsJson([
      { facet: "price", min: -8.9446, max: 1898 },
      { facet: "n", min: 1e21, max: -0 },
    ]);
    expect(json).toBe('{"price":{"min":-8.9446,"max":1898.0},"n":{"min":1e+21,"max":0.0}}');
    expect(JSON.parse(json)).toEqual({ price: { min: -8.9446, max: 1898 }, n: { min: 1e21, max: 0 } });
  });
});

function normalize(text: string): string {
  return text.trim().normalize("NFKD").toLowerCase();
}

function count(documents: readonly { word: string }[]): FacetDistribution {
  if (documents.length === 0) return {};
  const counts: Record<string, number> = {};
  for (const { word } of documents) counts[word] = (counts[word] ?? 0) + 1;
  return { genre: counts };
}

function countNormalized(documents: readonly { word: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { word } of documents) counts.set(normalize(word), (counts.get(normalize(word)) ?? 0) + 1);
  return counts;
}
