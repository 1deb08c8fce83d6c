import { type Federation, MeilisearchError, type MultiSearchQuery, type SearchRequest } from "@miroir/meilisearch";

/** A query of a federated search, at the position by which it ranks among the others. */
export type PlacedQuery = {
  /** Its place in the request, which errors name. */
  readonly place: number;
  readonly position: number;
  readonly weight: number;
  readonly indexUid: string;
  readonly request: SearchRequest;
};

/** All queries of one index. */
export type IndexQueries = { readonly indexUid: string; readonly queries: readonly PlacedQuery[] };

/** Groups queries by index, indexes by uid, the queries of each by position. */
export function groupByIndex(queries: readonly MultiSearchQuery[]): IndexQueries[] {
  const byIndex = new Map<string, PlacedQuery[]>();
  for (const [place, { indexUid, federationOptions, ...request }] of queries.entries()) {
    const { weight = 1, queryPosition = null } = federationOptions ?? {};
    const placed = byIndex.get(indexUid) ?? [];
    placed.push({ place, position: queryPosition ?? place, weight, indexUid, request });
    byIndex.set(indexUid, placed);
  }
  return [...byIndex]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([indexUid, placed]) => ({ indexUid, queries: placed.sort((a, b) => a.position - b.position) }));
}

/** Whether a query asks for what only nodes with the feature `network` offer. */
export function needsNetwork({ federationOptions }: MultiSearchQuery): boolean {
  return federationOptions !== null && (federationOptions.remote !== null || federationOptions.queryPosition !== null);
}

/** @throws MeilisearchError feature_not_enabled, invalid_multi_search_remote: there are no remotes to search */
export function checkNetwork({ federationOptions }: MultiSearchQuery, isEnabled: boolean): void {
  const { remote = null, queryPosition = null } = federationOptions ?? {};
  const requires = (what: string) =>
    new MeilisearchError(
      "feature_not_enabled",
      `${what} requires enabling the \`network\` experimental feature. See https://github.com/orgs/meilisearch/discussions/805`,
    );
  if (remote !== null && !isEnabled) throw requires("Performing a remote federated search");
  if (remote !== null)
    throw new MeilisearchError("invalid_multi_search_remote", `Remote \`${remote}\` is not registered.`);
  if (queryPosition !== null && !isEnabled) throw requires("Using `federationOptions.queryPosition`");
}

/** What each query is asked for, so that all its hits that can be among the merged ones are there. */
export type FederationWindow = {
  readonly from: number;
  readonly length: number;
  /** The paging of every query: page mode stays page mode, because it makes nodes count exactly. */
  readonly paging: Pick<SearchRequest, "offset" | "limit" | "page" | "hitsPerPage">;
};

export function windowOfFederation({ page, hitsPerPage, limit, offset }: Federation): FederationWindow {
  if (page === null && hitsPerPage === null) {
    // An empty page is looked for up to where it would begin, as on a node, whose totals depend on it.
    const end = Math.min(offset + limit, Number.MAX_SAFE_INTEGER);
    return { from: offset, length: limit, paging: { offset: 0, limit: end, page: null, hitsPerPage: null } };
  }
  const length = page === 0 ? 0 : (hitsPerPage ?? 20);
  const from = Math.max(0, (page ?? 1) - 1) * length;
  const end = length === 0 ? 0 : from + length;
  return { from, length, paging: { offset: 0, limit: 20, page: 1, hitsPerPage: end } };
}
