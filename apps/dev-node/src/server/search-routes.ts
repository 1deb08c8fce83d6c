import { randomUUID } from "node:crypto";
import type { FacetSearchRequest, SearchRequest } from "@miroir/meilisearch";
import {
  DEFAULT_SEARCH,
  parseFacetSearch,
  parseJsonBody,
  parseSearchQuery,
  parseSearchRequest,
} from "@miroir/meilisearch";
import { checkFacetSearch, searchFacetValues } from "../engine/search-facet-values.ts";
import { searchIndex } from "../engine/search-index.ts";
import { createHitFormatter } from "../format/hit.ts";
import { raw } from "../json-text.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex } from "../node-state.ts";
import type { Route, RouteReply, RouteRequest } from "./route.ts";

/** Searching one index, and the values of its facets. */
export function searchRoutes(state: NodeState): Route[] {
  const facetSearch = ({ params }: RouteRequest, request: FacetSearchRequest): RouteReply => {
    const startedAt = performance.now();
    const index = findIndex(state, params.uid as string);
    const { facetName, facetQuery, exhaustiveFacetCount: _, ...search } = request;
    checkFacetSearch(facetName, index.settings);
    // A threshold is only sure to be applied to everything by a page with a total.
    const paging =
      search.rankingScoreThreshold === null ? { limit: 0 } : { page: 1, hitsPerPage: Number.MAX_SAFE_INTEGER };
    const view = index.view();
    const { candidates } = searchIndex(view, index.settings, { ...DEFAULT_SEARCH, ...search, ...paging });
    const facetHits = searchFacetValues(view.facets, candidates, facetName, facetQuery, index.settings);
    const processingTimeMs = Math.round(performance.now() - startedAt);
    return { status: 200, body: { facetHits, facetQuery, processingTimeMs } };
  };
  const search = ({ params, headers }: RouteRequest, request: SearchRequest): RouteReply => {
    const startedAt = performance.now();
    const index = findIndex(state, params.uid as string);
    const view = index.view();
    const outcome = searchIndex(view, index.settings, request);
    const format = createHitFormatter(index, view, request, outcome);
    const metadata = /^(true|1)$/.test(String(headers["meili-include-metadata"] ?? ""));
    const body = {
      hits: outcome.hits.map((hit) => raw(format(hit))),
      query: request.q ?? "",
      processingTimeMs: Math.round(performance.now() - startedAt),
      ...paging(request, outcome.total),
      ...outcome.facets,
      requestUid: randomUUID(),
      ...(metadata && {
        metadata: { queryUid: randomUUID(), indexUid: index.uid, primaryKey: index.primaryKey, query: request.q ?? "" },
      }),
      ...(request.showPerformanceDetails === true && { performanceDetails: {} }),
    };
    return { status: 200, body };
  };
  return [
    {
      method: "POST",
      path: "/indexes/:uid/facet-search",
      handle(request) {
        checkIndexUid(request.params.uid as string);
        return facetSearch(request, parseFacetSearch(parseJsonBody(request.body, request.headers["content-type"])));
      },
    },
    {
      method: "GET",
      path: "/indexes/:uid/search",
      handle(request) {
        checkIndexUid(request.params.uid as string);
        return search(request, parseSearchQuery(request.query));
      },
    },
    {
      method: "POST",
      path: "/indexes/:uid/search",
      handle(request) {
        checkIndexUid(request.params.uid as string);
        return search(request, parseSearchRequest(parseJsonBody(request.body, request.headers["content-type"])));
      },
    },
  ];
}

function paging({ page, hitsPerPage, limit, offset }: SearchRequest, total: number): Record<string, number> {
  if (page === null && hitsPerPage === null) return { limit, offset, estimatedTotalHits: total };
  const perPage = hitsPerPage ?? 20;
  return {
    hitsPerPage: perPage,
    page: page ?? 1,
    totalPages: perPage === 0 ? 0 : Math.ceil(total / perPage),
    totalHits: total,
  };
}
