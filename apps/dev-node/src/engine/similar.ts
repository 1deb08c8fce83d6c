import type { ExperimentalFeatures, Settings, SimilarRequest } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";
import type { IndexView } from "../indexes/node-index.ts";
import { addDoc, countDocs, emptyDocs, hasDoc, subtract } from "./doc-set.ts";
import { evaluateFilter } from "./evaluate-filter.ts";
import type { Hit } from "./hybrid.ts";
import { distributionOf, findEmbedder } from "./search-kind.ts";
import { cosineDistance, similarityOf } from "./vector-rule.ts";

export interface SimilarInput {
  readonly view: IndexView;
  readonly settings: Settings;
  readonly features: ExperimentalFeatures;
  readonly request: SimilarRequest;
  /** Of the document itself; undefined when there is none of that id. */
  readonly docid: number | undefined;
}

/**
 * Documents like a given one, the most similar first. Only embeddings of the same place are compared: the first with
 * the first, the second with the second. The total counts what the filter leaves, with embeddings or without, and what
 * a threshold is known to rule out is not in it.
 * Throws invalid_similar_embedder, not_found_similar_id, invalid_similar_filter.
 */
export function findSimilar({ view, settings, features, request, docid }: SimilarInput): {
  readonly hits: readonly Hit[];
  readonly total: number;
} {
  const embedder = findEmbedder(request.embedder, settings, "invalid_similar_embedder");
  if (docid === undefined) {
    throw new MeilisearchError("not_found_similar_id", `Document \`${request.id}\` not found.`);
  }
  const filter = request.filter;
  const context = { view, settings, features, code: "invalid_similar_filter" } as const;
  const universe = filter === null ? view.all.slice() : evaluateFilter(filter, view.all, context).slice();
  const itself = emptyDocs(view.capacity);
  addDoc(itself, docid);
  subtract(universe, itself);

  const all = [...view.vectors(request.embedder)];
  const target = all.find(([candidate]) => candidate === docid)?.[1].embeddings ?? [];
  const distribution = distributionOf(embedder);
  const nearest = all
    .flatMap(([candidate, { embeddings }]) => {
      const distances = embeddings.flatMap((embedding, place) => {
        const own = target[place];
        return own === undefined ? [] : [cosineDistance(own, embedding)];
      });
      return distances.length === 0 || !hasDoc(universe, candidate)
        ? []
        : [{ candidate, distance: Math.min(...distances) }];
    })
    .sort((a, b) => a.distance - b.distance);

  const hits: Hit[] = [];
  for (const { candidate, distance } of nearest.slice(request.offset, request.offset + request.limit)) {
    const similarity = similarityOf(distance, distribution);
    if (request.rankingScoreThreshold !== null && similarity < request.rankingScoreThreshold) {
      return { hits, total: request.offset + hits.length };
    }
    hits.push({ docid: candidate, details: [{ kind: "vector", similarity }] });
  }
  return { hits, total: countDocs(universe) };
}
