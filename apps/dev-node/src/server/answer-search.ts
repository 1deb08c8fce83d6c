import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { ExperimentalFeatures, SearchRequest } from "@miroir/meilisearch";
import { searchIndex } from "../engine/search-index.ts";
import { createHitFormatter } from "../format/hit.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import { raw } from "../json-text.ts";

/** The body of the answer to one search. Throws MeilisearchError as searchIndex does. */
export function answerSearch(
  index: NodeIndex,
  features: ExperimentalFeatures,
  request: SearchRequest,
  metadata: boolean,
): Record<string, unknown> {
  const startedAt = performance.now();
  const view = index.view();
  const outcome = searchIndex(view, index.settings, features, request);
  const format = createHitFormatter(index, view, request, outcome);
  return {
    hits: outcome.hits.map((hit) => raw(format(hit))),
    query: request.q ?? "",
    ...(request.retrieveVectors && outcome.vector !== null && { queryVector: outcome.vector }),
    processingTimeMs: Math.round(performance.now() - startedAt),
    ...paging(request, outcome.total),
    ...outcome.facets,
    requestUid: randomUUID(),
    ...(metadata && { metadata: queryMetadata(index, request.q ?? "") }),
    ...(request.showPerformanceDetails === true && { performanceDetails: {} }),
    ...(outcome.semanticHitCount !== null && { semanticHitCount: outcome.semanticHitCount }),
  };
}

/** Whether the answer is to tell which index and which query it is about. */
export function wantsMetadata(headers: IncomingHttpHeaders): boolean {
  return /^(true|1)$/.test(String(headers["meili-include-metadata"] ?? ""));
}

export function queryMetadata({ uid, primaryKey }: NodeIndex, query: string | null): Record<string, unknown> {
  return { queryUid: randomUUID(), indexUid: uid, primaryKey, query };
}

interface Paging {
  readonly page: number | null;
  readonly hitsPerPage: number | null;
  readonly limit: number;
  readonly offset: number;
}

/** The members of an answer that tell where in the list of hits it is. */
export function paging({ page, hitsPerPage, limit, offset }: Paging, total: number): Record<string, number> {
  if (page === null && hitsPerPage === null) return { limit, offset, estimatedTotalHits: total };
  const perPage = hitsPerPage ?? 20;
  return {
    hitsPerPage: perPage,
    page: page ?? 1,
    totalPages: perPage === 0 ? 0 : Math.ceil(total / perPage),
    totalHits: total,
  };
}
