import type { SearchPage } from "@miroir/meilisearch";

/** What part of the ranked hits a request asks for. `page` and `hitsPerPage` make `offset` and `limit` ignored. */
export type Paging =
  | { readonly mode: "offset"; readonly offset: number; readonly limit: number }
  | { readonly mode: "page"; readonly page: number; readonly hitsPerPage: number };

/** The paging parameters of a search request; absent and `null` mean the same. */
export type PagingParameters = {
  readonly offset?: number | null | undefined;
  readonly limit?: number | null | undefined;
  readonly page?: number | null | undefined;
  readonly hitsPerPage?: number | null | undefined;
};

/** Ranks of the merged hits: from `offset` on, at most `limit`. */
export type Window = { readonly offset: number; readonly limit: number };

/** Reads the paging of a request, with the engine's defaults: 20 hits from the start. */
export function pagingOf({ offset, limit, page, hitsPerPage }: PagingParameters): Paging {
  if (page != null || hitsPerPage != null) return { mode: "page", page: page ?? 1, hitsPerPage: hitsPerPage ?? 20 };
  return { mode: "offset", offset: offset ?? 0, limit: limit ?? 20 };
}

/**
 * The ranks a request asks for. Pages count from 1 and page 0 is empty.
 *
 * @param maxTotalHits the index setting: no hit of a higher rank can be reached, whatever is asked for
 */
export function windowOf(paging: Paging, maxTotalHits = Number.MAX_SAFE_INTEGER): Window {
  const [offset, limit] =
    paging.mode === "offset"
      ? [paging.offset, paging.limit]
      : [Math.max(0, paging.page - 1) * paging.hitsPerPage, paging.page === 0 ? 0 : paging.hitsPerPage];
  return { offset, limit: Math.max(0, Math.min(limit, maxTotalHits - offset)) };
}

/**
 * Sums the totals of the nodes (`estimatedTotalHits` in offset mode, `totalHits` in page mode). The sum is exact, since
 * every document is on one node of a covering set, except under `distinct`, where a value on two nodes counts twice.
 * The fields are in the order in which a node writes them.
 */
export function mergeTotals(paging: Paging, totals: readonly number[]): SearchPage {
  const total = totals.reduce((sum, nodeTotal) => sum + nodeTotal, 0);
  if (paging.mode === "offset") return { limit: paging.limit, offset: paging.offset, estimatedTotalHits: total };
  const { hitsPerPage, page } = paging;
  return { hitsPerPage, page, totalPages: hitsPerPage === 0 ? 0 : Math.ceil(total / hitsPerPage), totalHits: total };
}
