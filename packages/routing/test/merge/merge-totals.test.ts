import { describe, expect, it } from "vitest";
import { mergeTotals, type PagingParameters, pagingOf, windowOf } from "../../src/merge/merge-totals.ts";

describe("paging", () => {
  it.each<[PagingParameters, number | undefined, [number, number], Record<string, number>]>([
    [{}, undefined, [0, 20], { limit: 20, offset: 0, estimatedTotalHits: 150 }],
    [{ page: null, hitsPerPage: null }, undefined, [0, 20], { limit: 20, offset: 0, estimatedTotalHits: 150 }],
    [{ offset: 5, limit: 3 }, undefined, [5, 3], { limit: 3, offset: 5, estimatedTotalHits: 150 }],
    [{ limit: 0 }, undefined, [0, 0], { limit: 0, offset: 0, estimatedTotalHits: 150 }],
    [{ offset: 8, limit: 5 }, 10, [8, 2], { limit: 5, offset: 8, estimatedTotalHits: 150 }],
    [{ offset: 10 }, 10, [10, 0], { limit: 20, offset: 10, estimatedTotalHits: 150 }],
    [{ offset: 500 }, 10, [500, 0], { limit: 20, offset: 500, estimatedTotalHits: 150 }],
    [{ page: 1 }, undefined, [0, 20], { hitsPerPage: 20, page: 1, totalPages: 8, totalHits: 150 }],
    [{ page: 0 }, undefined, [0, 0], { hitsPerPage: 20, page: 0, totalPages: 8, totalHits: 150 }],
    [{ page: 22, hitsPerPage: 7 }, undefined, [147, 7], { hitsPerPage: 7, page: 22, totalPages: 22, totalHits: 150 }],
    [{ hitsPerPage: 0 }, undefined, [0, 0], { hitsPerPage: 0, page: 1, totalPages: 0, totalHits: 150 }],
    [
      { hitsPerPage: 4, limit: 3, offset: 9 },
      undefined,
      [0, 4],
      { hitsPerPage: 4, page: 1, totalPages: 38, totalHits: 150 },
    ],
    [{ page: 3, hitsPerPage: 4 }, 10, [8, 2], { hitsPerPage: 4, page: 3, totalPages: 38, totalHits: 150 }],
    [{ page: 4, hitsPerPage: 4 }, 10, [12, 0], { hitsPerPage: 4, page: 4, totalPages: 38, totalHits: 150 }],
  ])("of %j with maxTotalHits %s", (request, maxTotalHits, [offset, limit], fields) => {
    const paging = pagingOf(request);
    expect(windowOf(paging, maxTotalHits)).toEqual({ offset, limit });
    const merged = mergeTotals(paging, [60, 0, 90]);
    expect(merged).toEqual(fields);
    expect(Object.keys(merged)).toEqual(Object.keys(fields));
  });

  it("has no page when nothing matches", () => {
    expect(mergeTotals(pagingOf({ page: 1 }), [0, 0])).toEqual({
      hitsPerPage: 20,
      page: 1,
      totalPages: 0,
      totalHits: 0,
    });
  });
});
