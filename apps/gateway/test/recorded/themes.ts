/** The recorded themes the gateway is held against; each stands alone and is played in order. */
export const themes = [
  "health-version-auth",
  "keys",
  "tenant-tokens",
  "indexes",
  "documents-read",
  "documents-write",
  "settings",
  "stats",
  "search-basic",
  "search-filter",
  "search-sort",
  "search-facets",
  "search-paging",
  "search-format",
  "search-scores",
  "search-distinct",
  "search-errors",
  "facet-search",
  "multi-search",
  "tasks",
  "unknown-routes",
  "cors",
] as const;

export type Theme = (typeof themes)[number];
