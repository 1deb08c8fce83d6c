import type { SearchRequest } from "@miroir/meilisearch";

/**
 * A semantic ratio that leaves all to vectors and still makes a node parse the words, which mark what is highlighted and
 * rule out what a minus excludes.
 */
export const ALMOST_ALL_VECTORS = 0.999999;

/** The part of a hybrid search that looks at words. */
export function byWordsAlone(request: SearchRequest): SearchRequest {
  return { ...request, hybrid: null, vector: null };
}

/** The part of a hybrid search that looks at vectors; the query's own is still to be put in where the client gave none. */
export function byVectorsToo(request: SearchRequest, embedder: string): SearchRequest {
  const { q, attributesToHighlight, attributesToCrop, showMatchesPosition } = request;
  const needsWords = attributesToHighlight || attributesToCrop || showMatchesPosition || q?.includes("-");
  return { ...request, hybrid: { embedder, semanticRatio: needsWords ? ALMOST_ALL_VECTORS : 1 } };
}
