import type { SearchRequest } from "@miroir/meilisearch";
import type { FastifyRequest } from "fastify";
import { searchAnswer } from "../answer/search-answer.ts";
import { uuidV7 } from "../answer/uuid-v7.ts";
import type { Context } from "../context.ts";
import { gatherSearch } from "../execute/gather-search.ts";
import { requireIndexes } from "../indexes/registry.ts";
import { clientSettings } from "../settings/internal-settings.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import { searchMerged } from "./search-merged.ts";

export type OneSearch = {
  readonly indexUid: string;
  readonly request: SearchRequest;
  readonly wantsMetadata: boolean;
  readonly signal: AbortSignal;
};

/**
 * Searches one index, or those of an alias, and answers as JSON text.
 *
 * @throws MeilisearchError index_not_found; what gatherSearch throws
 */
export async function answerSearch(context: Context, settingsCache: SettingsCache, search: OneSearch): Promise<string> {
  const { indexUid, request, wantsMetadata, signal } = search;
  const startedAt = context.clock.now();
  const { indexes, isMerged } = await requireIndexes(context, indexUid);
  const [first] = indexes;
  if (isMerged || first === undefined) {
    const uids = indexes.map(({ uid }) => uid);
    return searchMerged(context, settingsCache, uids, search);
  }
  // Errors name it as the client did, who may know it by an alias.
  const index = { ...first, uid: indexUid };
  const { primaryKey } = index;
  const settings = clientSettings(await settingsCache.get(first));
  const gathered = await gatherSearch(context, { index, settings, primaryKey, request, signal });
  const now = context.clock.now();
  const query = request.q ?? "";
  return searchAnswer({
    gathered,
    faceting: settings.faceting,
    query,
    hasFacets: (request.facets?.length ?? 0) > 0,
    retrieveVectors: request.retrieveVectors,
    processingTimeMs: Math.max(0, now - startedAt),
    requestUid: uuidV7(now),
    ...(wantsMetadata && { metadata: queryMetadata({ query, indexUid, primaryKey }, now) }),
  });
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
