import { DEFAULT_FEDERATION, MeilisearchError, objectFields } from "@miroir/meilisearch";
import { objectJson } from "../answer/search-answer.ts";
import type { Context } from "../context.ts";
import type { SettingsCache } from "../settings/settings-cache.ts";
import type { OneSearch } from "./answer-search.ts";
import { answerFederated } from "./federated-search.ts";

/** What the parts of a federated search say of where they are, which here nobody has asked for. */
const PLACE = /^(Inside `\.(?:queries\[\d+\]|federation\.facetsByIndex\.[\w-]+)`: )+/;

/**
 * Searches several indexes as if they were one: the same query on each, merged as a federated search is, with the facets of all.
 * Every hit says in `_federation` where it is from. A document that is in two of the indexes is found twice.
 *
 * @param uids the indexes, at least one
 * @throws what answerFederated throws
 */
export async function searchMerged(
  context: Context,
  settingsCache: SettingsCache,
  uids: readonly string[],
  { request, signal }: OneSearch,
): Promise<string> {
  const { limit, offset, page, hitsPerPage, facets, distinct } = request;
  try {
    const json = await answerFederated(context, settingsCache, {
      queries: uids.map((indexUid) => ({ ...request, indexUid, facets: null, federationOptions: null })),
      federation: {
        ...{ ...DEFAULT_FEDERATION, limit, offset, page, hitsPerPage, distinct },
        facetsByIndex: facets === null ? {} : Object.fromEntries(uids.map((uid) => [uid, [...facets]])),
        mergeFacets: facets === null ? null : { maxValuesPerFacet: null },
        showPerformanceDetails: request.showPerformanceDetails === true,
      },
      wantsMetadata: false,
      signal,
    });
    const members = Array.from(objectFields(json), ({ key, valueStart, valueEnd }): [string, string] => [
      key,
      json.slice(valueStart, valueEnd),
    ]);
    members.splice(1, 0, ["query", JSON.stringify(request.q ?? "")]);
    return objectJson(members);
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    throw new MeilisearchError(error.code, error.message.replace(PLACE, ""), { cause: error });
  }
}
