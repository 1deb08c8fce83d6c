import type { Filter } from "../filter/ast.ts";

export const MATCHING_STRATEGIES = ["last", "all", "frequency"] as const;

export type MatchingStrategy = (typeof MATCHING_STRATEGIES)[number];

export type HybridQuery = { embedder: string; semanticRatio: number };

/** A search with every default filled in. `page` or `hitsPerPage` make `offset` and `limit` count for nothing. */
export type SearchRequest = {
  q: string | null;
  vector: number[] | null;
  media: Record<string, unknown> | null;
  hybrid: HybridQuery | null;
  offset: number;
  limit: number;
  page: number | null;
  hitsPerPage: number | null;
  attributesToRetrieve: string[] | null;
  retrieveVectors: boolean;
  attributesToCrop: string[] | null;
  cropLength: number;
  attributesToHighlight: string[] | null;
  showMatchesPosition: boolean;
  showRankingScore: boolean;
  showRankingScoreDetails: boolean;
  showPerformanceDetails: boolean | null;
  useNetwork: boolean | null;
  filter: Filter | null;
  sort: string[] | null;
  distinct: string | null;
  facets: string[] | null;
  highlightPreTag: string;
  highlightPostTag: string;
  cropMarker: string;
  matchingStrategy: MatchingStrategy;
  attributesToSearchOn: string[] | null;
  rankingScoreThreshold: number | null;
  locales: string[] | null;
  personalize: { userContext: string } | null;
};

export const DEFAULT_SEMANTIC_RATIO = 0.5;

export const DEFAULT_SEARCH: SearchRequest = {
  q: null,
  vector: null,
  media: null,
  hybrid: null,
  offset: 0,
  limit: 20,
  page: null,
  hitsPerPage: null,
  attributesToRetrieve: null,
  retrieveVectors: false,
  attributesToCrop: null,
  cropLength: 10,
  attributesToHighlight: null,
  showMatchesPosition: false,
  showRankingScore: false,
  showRankingScoreDetails: false,
  showPerformanceDetails: null,
  useNetwork: null,
  filter: null,
  sort: null,
  distinct: null,
  facets: null,
  highlightPreTag: "<em>",
  highlightPostTag: "</em>",
  cropMarker: "…",
  matchingStrategy: "last",
  attributesToSearchOn: null,
  rankingScoreThreshold: null,
  locales: null,
  personalize: null,
};

type Ordered = { order: number; score: number };

/** The scores of one hit, rule by rule; `order` is the rule's place. Sort keys look like `price:asc`. */
export type RankingScoreDetails = {
  words?: Ordered & { matchingWords: number; maxMatchingWords: number };
  typo?: Ordered & { typoCount: number; maxTypoCount: number };
  proximity?: Ordered;
  attributeRank?: Ordered;
  attribute?: Ordered & { attributeRankingOrderScore: number; queryWordDistanceScore: number };
  wordPosition?: Ordered;
  exactness?: Ordered & {
    matchType: "exactMatch" | "matchesStart" | "noExactMatch";
    matchingWords?: number;
    maxMatchingWords?: number;
  };
  vectorSort?: { order: number; similarity: number };
  skipped?: Ordered;
  [sortKey: string]: unknown;
};

/** A page by offset, or a page by number. */
export type SearchPage =
  | { limit: number; offset: number; estimatedTotalHits: number }
  | { hitsPerPage: number; page: number; totalPages: number; totalHits: number };

export type FacetStats = { min: number; max: number };

/** The JSON of a search's answer. Hits stay open: they hold documents. */
export type SearchResponse = {
  hits: Record<string, unknown>[];
  query: string;
  queryVector?: number[];
  processingTimeMs: number;
  facetDistribution?: Record<string, Record<string, number>>;
  facetStats?: Record<string, FacetStats>;
  requestUid: string;
  metadata?: unknown;
  performanceDetails?: Record<string, string>;
  semanticHitCount?: number;
} & SearchPage;
