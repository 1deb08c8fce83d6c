import { type Federation, fieldText, MeilisearchError, type SearchRequest } from "@miroir/meilisearch";
import { narrowFilter } from "@miroir/routing";
import type { NodeFacets } from "../answer/search-answer.ts";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import type { FederationWindow, IndexQueries } from "../plan/federation-plan.ts";
import { ALMOST_ALL_VECTORS } from "../plan/hybrid-parts.ts";
import { saidBy } from "../plan/search-plan.ts";
import type { GatheredSearch } from "./gather-search.ts";
import { scatter } from "./scatter.ts";

export type Union = {
  /** How many documents at least one query matches. */
  readonly total: number;
  /** Per node the facets of those documents. */
  readonly facets: readonly NodeFacets[];
};

export type UnionOptions = Omit<IndexQueries, "indexUid"> & {
  readonly index: IndexName;
  readonly gathered: readonly Pick<GatheredSearch, "vector" | "isSemantic">[];
  readonly federation: Federation;
  readonly paging: FederationWindow["paging"];
  readonly signal: AbortSignal;
};

/** Parameters that decide which documents match. */
const MATCHING = new Set([
  ..."q filter matchingStrategy attributesToSearchOn locales rankingScoreThreshold sort distinct".split(" "),
]);

/**
 * Counts the documents that several queries on one index match together, and their facets: only a node that runs all of
 * them knows which documents they share.
 *
 * @throws what scatter throws
 */
export async function countUnion(context: Context, options: UnionOptions): Promise<Union> {
  const { index, queries, gathered, federation, paging, signal } = options;
  const patterns = federation.facetsByIndex[index.uid] ?? null;
  const bodies = queries.map(({ request }, at) => {
    const said = Object.entries(saidBy(request)).filter(([name]) => MATCHING.has(name));
    return {
      indexUid: index.physicalUid,
      ...Object.fromEntries(said),
      attributesToRetrieve: [],
      ...semanticPart(request, gathered[at]),
    };
  });
  const { limit, page, hitsPerPage } = paging;
  const settings = {
    ...(page === null ? { limit } : { page, hitsPerPage }),
    ...(patterns && { facetsByIndex: { [index.physicalUid]: patterns } }),
    ...(federation.distinct !== null && { distinct: federation.distinct }),
  };
  try {
    const { parts } = await scatter(context, {
      index,
      key: JSON.stringify(bodies),
      signal,
      request: (shards) => ({
        method: "POST",
        path: "/multi-search",
        body: JSON.stringify({
          federation: settings,
          queries: bodies.map((body) => ({ ...body, filter: narrowFilter(body.filter, shards) })),
        }),
      }),
      read: (body) => readUnion(body, index.physicalUid),
    });
    return {
      total: parts.reduce((sum, { value }) => sum + value.total, 0),
      facets: parts.map(({ value }) => value.facets),
    };
  } catch (error) {
    throw error instanceof MeilisearchError ? relocated(error, options) : error;
  }
}

type Body = { readonly filter?: string; readonly [parameter: string]: unknown };

/** All nodes do what was found right for all of them together: look at vectors, or not. */
function semanticPart(request: SearchRequest, gathered: UnionOptions["gathered"][number] | undefined): Body {
  if (request.hybrid === null || !gathered?.isSemantic || gathered.vector === null) return {};
  const { embedder, semanticRatio } = request.hybrid;
  // A hybrid search stays one: its rules must be comparable with those of the other queries as the client's are.
  const ratio = semanticRatio < 1 ? ALMOST_ALL_VECTORS : 1;
  return { hybrid: { embedder, semanticRatio: ratio }, vector: gathered.vector };
}

function readUnion(text: string, physicalUid: string): { readonly total: number; readonly facets: NodeFacets } {
  const total = fieldText(text, "estimatedTotalHits") ?? fieldText(text, "totalHits");
  if (total === undefined) throw new SyntaxError("a federated answer without a total");
  const ofIndex = fieldText(fieldText(text, "facetsByIndex") ?? "{}", physicalUid) ?? "{}";
  const { distribution = {}, stats = {} } = JSON.parse(ofIndex) as {
    distribution?: NodeFacets["facetDistribution"];
    stats?: NodeFacets["facetStats"];
  };
  return { total: Number(total), facets: { facetDistribution: distribution, facetStats: stats } };
}

/** A node numbers the queries it was given. */
function relocated(error: MeilisearchError, { queries }: UnionOptions): MeilisearchError {
  const message = error.message.replaceAll(
    /\.queries\[(\d+)\]/g,
    (_, at: string) => `.queries[${queries[Number(at)]?.place ?? at}]`,
  );
  return new MeilisearchError(error.code, message, { cause: error });
}
