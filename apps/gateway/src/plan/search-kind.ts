import { MeilisearchError, type SearchRequest, type Settings } from "@miroir/meilisearch";

/** What a search looks at: words, vectors, or both. */
export type SearchKind =
  | { readonly kind: "keyword" }
  | { readonly kind: "semantic"; readonly embedder: string }
  | { readonly kind: "hybrid"; readonly embedder: string; readonly semanticRatio: number };

/**
 * Tells what a search looks at, as a node does: the embedder counts for nothing where no vector is needed.
 *
 * @throws MeilisearchError invalid_search_embedder, invalid_vector_dimensions
 */
export function searchKind(
  { q, vector, hybrid }: Pick<SearchRequest, "q" | "vector" | "hybrid">,
  { embedders }: Pick<Settings, "embedders">,
): SearchKind {
  const hasQuery = q !== null && q.trim() !== "";
  if (hybrid === null || hybrid.semanticRatio === 0 || (!hasQuery && vector === null)) return { kind: "keyword" };
  const { embedder, semanticRatio } = hybrid;
  const settings = Object.hasOwn(embedders, embedder) ? embedders[embedder] : undefined;
  if (!settings)
    throw new MeilisearchError("invalid_search_embedder", `Cannot find embedder with name \`${embedder}\`.`);
  const dimensions = settings.dimensions ?? undefined;
  if (vector !== null && typeof dimensions === "number" && vector.length !== dimensions)
    throw new MeilisearchError(
      "invalid_vector_dimensions",
      `Invalid vector dimensions: expected: \`${dimensions}\`, found: \`${vector.length}\`.`,
    );
  return hasQuery && semanticRatio < 1 ? { kind: "hybrid", embedder, semanticRatio } : { kind: "semantic", embedder };
}
