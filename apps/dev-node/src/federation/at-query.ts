import { MeilisearchError } from "@miroir/meilisearch";

/** Runs the part of a multi-search that belongs to one query; its errors say which one. */
export function atQuery<T>(position: number, run: () => T): T {
  return saying(`Inside \`.queries[${position}]\``, run);
}

/** As atQuery, for the facets of one index. */
export function atFacets<T>(indexUid: string, run: () => T): T {
  return saying(`Inside \`.federation.facetsByIndex.${indexUid}\``, run);
}

function saying<T>(place: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    throw new MeilisearchError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}
