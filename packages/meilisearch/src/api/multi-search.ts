import type { SearchRequest } from "./search.ts";

export type FederationOptions = { weight: number; remote: string | null; queryPosition: number | null };

/** One query of a multi-search, with every default filled in. */
export type MultiSearchQuery = SearchRequest & { indexUid: string; federationOptions: FederationOptions | null };

/** How the hits of all queries become one list. `page` or `hitsPerPage` make `offset` and `limit` count for nothing. */
export type Federation = {
  limit: number;
  offset: number;
  page: number | null;
  hitsPerPage: number | null;
  facetsByIndex: Record<string, string[] | null>;
  mergeFacets: { maxValuesPerFacet: number | null } | null;
  distinct: string | null;
  showPerformanceDetails: boolean;
  personalize: { userContext: string } | null;
};

/** Without a federation, every query has its own list of hits. */
export type MultiSearchRequest = { queries: MultiSearchQuery[]; federation: Federation | null };

export const DEFAULT_FEDERATION_OPTIONS: FederationOptions = { weight: 1, remote: null, queryPosition: null };

export const DEFAULT_FEDERATION: Federation = {
  limit: 20,
  offset: 0,
  page: null,
  hitsPerPage: null,
  facetsByIndex: {},
  mergeFacets: null,
  distinct: null,
  showPerformanceDetails: false,
  personalize: null,
};
