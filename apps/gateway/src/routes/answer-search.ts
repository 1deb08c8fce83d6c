import type { SearchRequest } from "@miroir/meilisearch";
import type { FastifyRequest } from "fastify";
import { searchAnswer } from "../answer/search-answer.ts";
import { uuidV7 } from "../answer/uuid-v7.ts";
import type { Context } from "../context.ts";
import { gatherSearch } from "../execute/gather-search.ts";
import { clientSettings } from "../indexes/internal-settings.ts";
import { requireIndex } from "../indexes/registry.ts";
import type { SettingsCache } from "../indexes/settings-cache.ts";

export type OneSearch = {
  readonly indexUid: string;
  readonly request: SearchRequest;
  readonly wantsMetadata: boolean;
  readonly signal: AbortSignal;
};

/**
 * Searches one index and answers as JSON text, with the value of `X-Miroir-Degraded`.
 *
 * @throws MeilisearchError index_not_found; what gatherSearch throws
 */
export async function answerSearch(
  context: Context,
  settingsCache: SettingsCache,
  { indexUid, request, wantsMetadata, signal }: OneSearch,
): Promise<{ readonly json: string; readonly degraded: string | null }> {
  const startedAt = context.clock.now();
  const index = await requireIndex(context, indexUid);
  const { primaryKey } = index;
  const settings = clientSettings(await settingsCache.get(index));
  const gathered = await gatherSearch(context, { index, settings, primaryKey, request, signal });
  const now = context.clock.now();
  const query = request.q ?? "";
  const json = searchAnswer({
    gathered,
    faceting: settings.faceting,
    query,
    hasFacets: (request.facets?.length ?? 0) > 0,
    retrieveVectors: request.retrieveVectors,
    processingTimeMs: Math.max(0, now - startedAt),
    requestUid: uuidV7(now),
    ...(wantsMetadata && { metadata: queryMetadata({ query, indexUid, primaryKey }, now) }),
  });
  return { json, degraded: gathered.degraded };
}

/** What an answer tells about its query, when it is asked to: JSON text. */
export function queryMetadata(
  { query, indexUid, primaryKey }: { query: string | null; indexUid: string; primaryKey: string | null },
  now: number,
): string {
  return JSON.stringify({ query, queryUid: uuidV7(now), indexUid, primaryKey });
}

/** Whether a request asks for metadata. */
export function wantsMetadata({ headers }: FastifyRequest): boolean {
  const value = headers["meili-include-metadata"];
  return value === "true" || value === "1";
}
