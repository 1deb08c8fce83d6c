import type { SimilarRequest } from "@miroir/meilisearch";
import { DEFAULT_SEARCH, parseJsonBody, parseSimilar, parseSimilarQuery } from "@miroir/meilisearch";
import { findSimilar } from "../engine/similar.ts";
import { createHitFormatter } from "../format/hit.ts";
import { raw } from "../json-text.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex } from "../node-state.ts";
import type { Route, RouteReply } from "./route.ts";

/** Documents like a given one. */
export function similarRoutes(state: NodeState): Route[] {
  const similar = (uid: string, request: SimilarRequest): RouteReply => {
    const startedAt = performance.now();
    const index = findIndex(state, uid);
    const view = index.view();
    const docid = index.document(request.id)?.docid;
    const { settings } = index;
    const { hits, total } = findSimilar({ view, settings, features: state.features, request, docid });
    const { attributesToRetrieve, retrieveVectors, showRankingScore, showRankingScoreDetails } = request;
    const format = createHitFormatter(
      index,
      view,
      { ...DEFAULT_SEARCH, attributesToRetrieve, retrieveVectors, showRankingScore, showRankingScoreDetails },
      { sort: [], terms: [] },
    );
    const body = {
      hits: hits.map((hit) => raw(format(hit))),
      id: request.id,
      processingTimeMs: Math.round(performance.now() - startedAt),
      limit: request.limit,
      offset: request.offset,
      estimatedTotalHits: Math.min(total, settings.pagination.maxTotalHits),
      ...(request.showPerformanceDetails && { performanceDetails: {} }),
    };
    return { status: 200, body };
  };
  return [
    {
      method: "GET",
      path: "/indexes/:uid/similar",
      handle: ({ params, query }) => similar(checkIndexUid(params.uid as string), parseSimilarQuery(query)),
    },
    {
      method: "POST",
      path: "/indexes/:uid/similar",
      handle({ params, body, headers }) {
        const uid = checkIndexUid(params.uid as string);
        return similar(uid, parseSimilar(parseJsonBody(body, headers["content-type"], { exact: true })));
      },
    },
  ];
}
