import type { Filter, SimilarRequest } from "@miroir/meilisearch";
import {
  arrayItems,
  DEFAULT_SEARCH,
  fieldText,
  MeilisearchError,
  printFilter,
  type Settings,
} from "@miroir/meilisearch";
import { narrowFilter, SEQUENCE_FIELD, shardOf } from "@miroir/routing";
import type { RankedHit } from "../answer/rank-hits.ts";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { refuseReservedFilter } from "../plan/reserved-fields.ts";
import { type GatheredSearch, gatherSearch } from "./gather-search.ts";
import { scatter } from "./scatter.ts";

export type SimilarTarget = {
  readonly index: IndexName;
  /** As clients see them. */
  readonly settings: Settings;
  readonly primaryKey: string | null;
  readonly request: SimilarRequest;
  /** What the caller may see at all, `null` for everything: other documents cannot be asked about either. */
  readonly visible: Filter | null;
  readonly signal: AbortSignal;
};

export type Similar = {
  /** What was asked of all nodes; `null` when the document has no vector to compare with. */
  readonly gathered: GatheredSearch | null;
  readonly page: readonly RankedHit[];
  readonly total: number;
};

/**
 * Documents like a given one: the vector of the document, from the shard that owns it, is searched for on all nodes. Exact
 * for documents with one embedding; of several, a node compares only those of the same place, which no search does.
 *
 * @throws MeilisearchError invalid_similar_embedder, not_found_similar_id, miroir_reserved_field; what scatter throws,
 *   with invalid_similar_filter for a filter
 */
export async function findSimilar(context: Context, target: SimilarTarget): Promise<Similar> {
  const { request, settings, visible } = target;
  refuseReservedFilter(request.filter);
  if (!Object.hasOwn(settings.embedders, request.embedder))
    throw new MeilisearchError("invalid_similar_embedder", `Cannot find embedder with name \`${request.embedder}\`.`);
  try {
    const [document, isMatch] = await Promise.all([
      fetchDocument(context, target, visible && printFilter(visible)),
      fetchDocument(context, target, request.filter && printFilter(request.filter)).then((text) => text !== null),
    ]);
    if (document === null) throw new MeilisearchError("not_found_similar_id", `Document \`${request.id}\` not found.`);
    const vector = firstVector(document, request.embedder);
    return vector === null ? await nothingSimilar(context, target, isMatch) : await search(vector, document, isMatch);
  } catch (error) {
    throw error instanceof MeilisearchError ? asSimilarError(error) : error;
  }

  async function search(vector: number[], document: string, isMatch: boolean): Promise<Similar> {
    const { offset, limit, filter, embedder, attributesToRetrieve, retrieveVectors } = request;
    const { showRankingScore, showRankingScoreDetails, showPerformanceDetails } = request;
    const gathered = await gatherSearch(context, {
      ...target,
      // A distinct attribute is for searches alone.
      settings: { ...settings, distinctAttribute: null },
      request: {
        ...DEFAULT_SEARCH,
        ...{ filter, attributesToRetrieve, retrieveVectors, showRankingScore, showRankingScoreDetails },
        ...(showPerformanceDetails && { showPerformanceDetails }),
        vector,
        hybrid: { embedder, semanticRatio: 1 },
        // One more, in the place of the document itself.
        limit: limit === 0 ? 0 : offset + limit + 1,
      },
    });
    const sequence = fieldText(document, SEQUENCE_FIELD);
    const isItself = ({ identity }: RankedHit) => identity === sequence || unquoted(identity) === request.id;
    const similar = gathered.hits.filter((hit) => !isItself(hit) && similarityOf(hit) !== null);
    const page = similar.slice(offset, offset + limit);
    const threshold = request.rankingScoreThreshold;
    const below = threshold === null ? -1 : page.findIndex((hit) => (similarityOf(hit) ?? 0) < threshold);
    if (below !== -1) return { gathered, page: page.slice(0, below), total: offset + below };
    return { gathered, page, total: gathered.total - Number(isMatch) };
  }
}

/** The document, as the shard that owns it has it; `null` when there is none that also passes the filter. */
async function fetchDocument(
  context: Context,
  { index, request, signal }: SimilarTarget,
  filter: string | null,
): Promise<string | null> {
  const { placement } = context.cluster;
  const { parts } = await scatter(context, {
    index,
    key: "similar",
    signal,
    shards: [shardOf(request.id, placement.shards)],
    request: (shards) => ({
      method: "POST",
      path: nodePath(index, "/documents/fetch"),
      body: JSON.stringify({
        ids: [request.id],
        filter: narrowFilter(filter, shards),
        retrieveVectors: true,
      }),
    }),
    read(body) {
      const results = fieldText(body, "results");
      if (results === undefined) throw new SyntaxError("a list of documents without results");
      const [first] = arrayItems(results);
      return first ? results.slice(first.start, first.end) : null;
    },
  });
  return parts[0]?.value ?? null;
}

async function nothingSimilar(context: Context, target: SimilarTarget, isMatch: boolean): Promise<Similar> {
  const { index, request, signal } = target;
  const { parts } = await scatter(context, {
    index,
    key: "similar",
    signal,
    request: (shards) => ({
      method: "POST",
      path: nodePath(index, "/documents/fetch"),
      body: JSON.stringify({ limit: 0, filter: narrowFilter(request.filter && printFilter(request.filter), shards) }),
    }),
    read: (body) => Number(fieldText(body, "total")),
  });
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return { gathered: null, page: [], total: total - Number(isMatch) };
}

/** The first embedding of a document. */
function firstVector(document: string, embedder: string): number[] | null {
  const vectors = JSON.parse(fieldText(document, "_vectors") ?? "{}") as Record<string, { embeddings?: unknown }>;
  const embeddings = Object.hasOwn(vectors, embedder) ? vectors[embedder]?.embeddings : undefined;
  if (!Array.isArray(embeddings) || embeddings.length === 0) return null;
  const [first] = embeddings as unknown[];
  return Array.isArray(first) ? (first as number[]) : (embeddings as number[]);
}

function similarityOf({ details }: RankedHit): number | null {
  return details?.vectorSort?.similarity ?? null;
}

function unquoted(scalar: string): string {
  return scalar.startsWith('"') ? (JSON.parse(scalar) as string) : scalar;
}

/** Nodes are asked for lists and searches, whose errors have other codes. */
function asSimilarError(error: MeilisearchError): MeilisearchError {
  if (error.code !== "invalid_search_filter" && error.code !== "invalid_document_filter") return error;
  return new MeilisearchError("invalid_similar_filter", error.message, { cause: error });
}
