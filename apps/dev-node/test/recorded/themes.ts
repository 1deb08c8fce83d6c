/** The recorded themes this node is held against; each file stands alone and is played in order. */
export const themes = [
  "health-version-auth",
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
  "tasks-canceled",
  "batches",
  "experimental-features",
  "unknown-routes",
  "cors",
] as const;

export type Theme = (typeof themes)[number];
