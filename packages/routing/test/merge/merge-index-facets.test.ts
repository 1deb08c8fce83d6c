import { expect, it } from "vitest";
import { mergeIndexFacets } from "../../src/merge/merge-index-facets.ts";

const INDEXES = [
  {
    facets: [{ facet: "color", values: [["red", 2] as const, ["blue", 1] as const] }],
    stats: [{ facet: "year", min: 1990, max: 1995 }],
  },
  {
    facets: [
      { facet: "year", values: [["9", 1] as const, ["10", 4] as const] },
      { facet: "color", values: [["blue", 5] as const, ["Red", 1] as const] },
    ],
    stats: [{ facet: "year", min: 1992, max: 2001 }],
  },
];

it("sums values written alike and orders them by their bytes, numbers too", () => {
  expect(mergeIndexFacets(INDEXES, () => "alpha", null)).toEqual({
    facets: [
      {
        facet: "color",
        values: [
          ["Red", 1],
          ["blue", 6],
          ["red", 2],
        ],
      },
      {
        facet: "year",
        values: [
          ["10", 4],
          ["9", 1],
        ],
      },
    ],
    stats: [{ facet: "year", min: 1990, max: 2001 }],
  });
});

it("orders by count and cuts where it is told to", () => {
  const { facets } = mergeIndexFacets(INDEXES, () => "count", 2);
  expect(facets[0]?.values).toEqual([
    ["blue", 6],
    ["red", 2],
  ]);
});
