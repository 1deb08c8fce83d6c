import { MeilisearchError } from "@miroir/meilisearch";

/** Runs the part of a multi-search that belongs to one query; its errors say which one. */
export function atQuery<T>(position: number, run: () => T | Promise<T>): Promise<T> {
  return saying(`Inside \`.queries[${position}]\``, run);
}

/** As atQuery, for the facets of one index. */
export function atFacets<T>(indexUid: string, run: () => T | Promise<T>): Promise<T> {
  return saying(`Inside \`.federation.facetsByIndex.${indexUid}\``, run);
}

async function saying<T>(place: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    throw new MeilisearchError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}

/** What all promises give, or what the first of them that failed threw: of several errors a node tells the first. */
export async function allOrFirstError<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
