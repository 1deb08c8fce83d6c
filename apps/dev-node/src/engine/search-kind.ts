import type { Embedder, SearchRequest, Settings } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";
import type { Distribution } from "./vector-rule.ts";

export interface SemanticQuery {
  readonly embedder: string;
  /** Null where the client gave none: nothing here can embed a text. */
  readonly vector: readonly number[] | null;
  readonly distribution: Distribution | null;
}

export type SearchKind =
  | { readonly kind: "keyword" }
  | ({ readonly kind: "semantic"; readonly vector: readonly number[] } & SemanticQuery)
  | ({ readonly kind: "hybrid"; readonly ratio: number } & SemanticQuery);

/**
 * What a search looks at: words, vectors, or both. The embedder counts for nothing where no vector is needed.
 * Throws invalid_search_embedder, invalid_vector_dimensions, vector_embedding_error.
 */
export function searchKind(
  { q, vector, media, hybrid }: Pick<SearchRequest, "q" | "vector" | "media" | "hybrid">,
  settings: Settings,
): SearchKind {
  const hasQuery = q !== null && q.trim() !== "";
  if (hybrid === null || hybrid.semanticRatio === 0) return { kind: "keyword" };
  if (!hasQuery && vector === null && media === null) return { kind: "keyword" };
  const embedder = findEmbedder(hybrid.embedder, settings, "invalid_search_embedder");
  if (vector !== null && embedder.dimensions !== undefined && vector.length !== embedder.dimensions) {
    throw new MeilisearchError(
      "invalid_vector_dimensions",
      `Invalid vector dimensions: expected: \`${embedder.dimensions}\`, found: \`${vector.length}\`.`,
    );
  }
  const semantic = { embedder: hybrid.embedder, vector, distribution: distributionOf(embedder) };
  if (hasQuery && hybrid.semanticRatio < 1) return { kind: "hybrid", ratio: hybrid.semanticRatio, ...semantic };
  if (vector === null) {
    throw new MeilisearchError(
      "vector_embedding_error",
      "Error while generating embeddings: user error: attempt to embed a query in a configuration where embeddings must be user provided",
    );
  }
  return { kind: "semantic", ...semantic, vector };
}

/** Throws the given code when the settings have no such embedder. */
export function findEmbedder(
  name: string,
  settings: Settings,
  code: "invalid_search_embedder" | "invalid_similar_embedder",
): Embedder {
  const embedder = Object.hasOwn(settings.embedders, name) ? settings.embedders[name] : undefined;
  if (embedder === undefined) throw new MeilisearchError(code, `Cannot find embedder with name \`${name}\`.`);
  return embedder;
}

export function distributionOf(embedder: Embedder): Distribution | null {
  return (embedder.distribution as Distribution | null | undefined) ?? null;
}
