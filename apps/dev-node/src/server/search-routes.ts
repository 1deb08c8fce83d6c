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
import { searchKind } from "../engine/search-kind.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex } from "../node-state.ts";
import { answerSearch, wantsMetadata } from "./answer-search.ts";
import type { Route, RouteReply, RouteRequest } from "./route.ts";

/** Searching one index, and the values of its facets. */
export function searchRoutes(state: NodeState): Route[] {
  const facetSearch = ({ params }: RouteRequest, request: FacetSearchRequest): RouteReply => {
    const startedAt = performance.now();
    const index = findIndex(state, params.uid as string);
    const { facetName, facetQuery, exhaustiveFacetCount: _, ...search } = request;
    const { settings } = index;
    checkFacetSearch(facetName, settings);
    const view = index.view();
    const semantic = searchKind(search, settings).kind !== "keyword";
    const { candidates } = searchIndex(view, settings, state.features, {
      ...DEFAULT_SEARCH,
      ...search,
      // Vectors have something to say about every document, so nothing but the filter counts.
      ...(semantic && { q: null, vector: null, rankingScoreThreshold: null }),
      // A threshold is only sure to be applied to everything by a page with a total.
      ...(search.rankingScoreThreshold === null || semantic
        ? { limit: 0 }
        : { page: 1, hitsPerPage: Number.MAX_SAFE_INTEGER }),
    });
    const facetHits = searchFacetValues(view.facets, candidates, facetName, facetQuery, settings);
    const processingTimeMs = Math.round(performance.now() - startedAt);
    return { status: 200, body: { facetHits, facetQuery, processingTimeMs } };
  };
  const search = ({ params, headers }: RouteRequest, request: SearchRequest): RouteReply => {
    const index = findIndex(state, params.uid as string);
    return { status: 200, body: answerSearch(index, state.features, request, wantsMetadata(headers)) };
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
