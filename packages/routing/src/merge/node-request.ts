import { markerFilter, SEQUENCE_FIELD, SHARD_FIELD } from "../marker.ts";
import { type Paging, type PagingParameters, pagingOf, type Window, windowOf } from "./merge-totals.ts";

/** A filter as the API takes it, not as a syntax tree. */
export type ApiFilter = string | readonly unknown[] | null | undefined;

/** A search request in the API's form, validated; parameters that are not named here are passed on. */
export type ClientSearch = PagingParameters & {
  readonly filter?: ApiFilter;
  readonly attributesToRetrieve?: readonly string[] | null | undefined;
  readonly showRankingScore?: boolean | null | undefined;
  readonly showRankingScoreDetails?: boolean | null | undefined;
  readonly [parameter: string]: unknown;
};

export type NodeRequestOptions = {
  /** Whether documents carry a sequence that breaks ties. */
  readonly hasSequence: boolean;
  /** The index's `maxTotalHits`. */
  readonly maxTotalHits?: number;
  /** Fields the merge needs from every hit besides, such as the distinct attribute. */
  readonly neededFields?: readonly string[];
};

/** What all nodes are asked, apart from their shards, and what their answers mean. */
export type NodeRequestPlan = {
  readonly body: { readonly filter?: ApiFilter; readonly [parameter: string]: unknown };
  readonly paging: Paging;
  /** The ranks to keep of the merged hits. */
  readonly window: Window;
  readonly strip: Strip;
};

/** What the client did not ask for and must not see. */
export type Strip = {
  /** Fields to remove from every hit, from its `_formatted` and from its `_matchesPosition`. */
  readonly fields: readonly string[];
  readonly rankingScore: boolean;
  readonly rankingScoreDetails: boolean;
};

/**
 * Plans what nodes are asked for a client's search. Each is asked for all hits from the first rank to the last one wanted,
 * since any of them may be among the merged ones, and for the score details that order them. Page mode stays page mode,
 * because it makes nodes count exactly. Personalization is left out: it would reorder each node's part by itself.
 */
export function planNodeRequest(request: ClientSearch, options: NodeRequestOptions): NodeRequestPlan {
  const { offset: _offset, limit: _limit, page: _page, hitsPerPage: _hitsPerPage, personalize: _, ...rest } = request;
  const paging = pagingOf(request);
  const window = windowOf(paging, options.maxTotalHits);
  const needed = [...(options.hasSequence ? [SEQUENCE_FIELD] : []), ...(options.neededFields ?? [])];
  const wanted = request.attributesToRetrieve;
  const added = wanted && !wanted.includes("*") ? needed.filter((field) => !wanted.includes(field)) : [];
  const prefix = window.limit === 0 ? 0 : Math.min(window.offset + window.limit, Number.MAX_SAFE_INTEGER);
  const body = {
    ...rest,
    ...(paging.mode === "offset" ? { offset: 0, limit: prefix } : { page: 1, hitsPerPage: prefix }),
    ...(wanted && added.length > 0 ? { attributesToRetrieve: [...wanted, ...added] } : {}),
    showRankingScore: true,
    showRankingScoreDetails: true,
  };
  const strip = {
    fields: [...new Set([SHARD_FIELD, SEQUENCE_FIELD, ...added])],
    rankingScore: request.showRankingScore !== true,
    rankingScoreDetails: request.showRankingScoreDetails !== true,
  };
  return { body, paging, window, strip };
}

/**
 * The request of one node: the plan's body with the client's filter narrowed to the node's shards. Parts of a filter
 * array are AND-ed and parsed apart, so no client filter can widen it.
 */
export function nodeRequestBody({ body }: NodeRequestPlan, shards: readonly number[]): Record<string, unknown> {
  return { ...body, filter: narrowFilter(body.filter, shards) };
}

/** A filter, in any of the forms the API takes, AND-ed with the marker filter of `shards`. */
export function narrowFilter(filter: ApiFilter, shards: readonly number[]): unknown[] {
  const marker = markerFilter(shards);
  if (filter === undefined || filter === null || filter === "") return [marker];
  return typeof filter === "string" ? [filter, marker] : [...filter, marker];
}
