import { MeilisearchError } from "../errors.ts";
import { type FieldTable, readBody, readFields, readQuery } from "./fields.ts";
import { queryFilter, readFilter } from "./filter-reader.ts";
import { readLocale } from "./locales.ts";
import { queryBoolean, queryInteger, queryList, queryNumber, querySort } from "./query-readers.ts";
import {
  orNull,
  type Read,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readOneOf,
  readRecord,
  readString,
  wrongValue,
} from "./readers.ts";
import {
  DEFAULT_SEARCH,
  DEFAULT_SEMANTIC_RATIO,
  type HybridQuery,
  MATCHING_STRATEGIES,
  type SearchRequest,
} from "./search.ts";

const HYBRID: FieldTable<HybridQuery> = {
  embedder: { code: "invalid_search_embedder", read: readString },
  semanticRatio: { code: "invalid_search_semantic_ratio", read: readNumber(0, 1) },
};

const readHybrid: Read<HybridQuery> = (value, place) => {
  const { embedder, semanticRatio = DEFAULT_SEMANTIC_RATIO } = readFields(HYBRID, value, place);
  if (embedder === undefined) throw wrongValue(place, "missing field `embedder`");
  return { embedder, semanticRatio };
};

const PERSONALIZE: FieldTable<{ userContext: string }> = {
  userContext: { code: "invalid_search_personalize_user_context", read: readString },
};

export const readPersonalize: Read<{ userContext: string }> = (value, place) => {
  const { userContext } = readFields(PERSONALIZE, value, place);
  if (userContext === undefined) throw wrongValue(place, "missing field `userContext`");
  return { userContext };
};

const strings = orNull(readArray(readString));

/** The fields of a search body, in the order in which a node lists them. */
export const SEARCH_FIELDS: FieldTable<SearchRequest> = {
  q: { code: "invalid_search_q", read: orNull(readString) },
  vector: { code: "invalid_search_vector", read: orNull(readArray(readNumber())) },
  media: { code: "invalid_search_media", read: orNull(readRecord((value) => value)) },
  hybrid: { code: "invalid_search_hybrid_query", read: orNull(readHybrid) },
  offset: { code: "invalid_search_offset", read: readInteger() },
  limit: { code: "invalid_search_limit", read: readInteger() },
  page: { code: "invalid_search_page", read: orNull(readInteger()) },
  hitsPerPage: { code: "invalid_search_hits_per_page", read: orNull(readInteger()) },
  attributesToRetrieve: { code: "invalid_search_attributes_to_retrieve", read: strings },
  retrieveVectors: { code: "invalid_search_retrieve_vectors", read: readBoolean },
  attributesToCrop: { code: "invalid_search_attributes_to_crop", read: strings },
  cropLength: { code: "invalid_search_crop_length", read: readInteger() },
  attributesToHighlight: { code: "invalid_search_attributes_to_highlight", read: strings },
  showMatchesPosition: { code: "invalid_search_show_matches_position", read: readBoolean },
  showRankingScore: { code: "invalid_search_show_ranking_score", read: readBoolean },
  showRankingScoreDetails: { code: "invalid_search_show_ranking_score_details", read: readBoolean },
  showPerformanceDetails: { code: "invalid_search_show_performance_details", read: orNull(readBoolean) },
  useNetwork: { code: "invalid_search_use_network", read: orNull(readBoolean) },
  filter: { code: "invalid_search_filter", read: readFilter("invalid_search_filter") },
  sort: { code: "invalid_search_sort", read: strings },
  distinct: { code: "invalid_search_distinct", read: orNull(readString) },
  facets: { code: "invalid_search_facets", read: strings },
  highlightPreTag: { code: "invalid_search_highlight_pre_tag", read: readString },
  highlightPostTag: { code: "invalid_search_highlight_post_tag", read: readString },
  cropMarker: { code: "invalid_search_crop_marker", read: readString },
  matchingStrategy: { code: "invalid_search_matching_strategy", read: readOneOf(MATCHING_STRATEGIES) },
  attributesToSearchOn: { code: "invalid_search_attributes_to_search_on", read: strings },
  rankingScoreThreshold: { code: "invalid_search_ranking_score_threshold", read: orNull(readNumber(0, 1)) },
  locales: { code: "invalid_search_locales", read: orNull(readArray(readLocale)) },
  personalize: { code: "invalid_search_personalize", read: orNull(readPersonalize) },
};

/** Fills in the defaults and checks what several fields decide together. */
export const completeSearch = (given: Partial<SearchRequest>): SearchRequest => {
  const search = { ...DEFAULT_SEARCH, ...given };
  if (search.media && search.vector)
    throw new MeilisearchError(
      "invalid_search_media_and_vector",
      "Invalid request: both `media` and `vector` parameters are present.",
    );
  if ((search.media || search.vector) && !search.hybrid)
    throw new MeilisearchError(
      "missing_search_hybrid",
      "Invalid request: missing `hybrid` parameter when `vector` or `media` are present.",
    );
  return search;
};

/**
 * Checks the parsed body of a search. With several errors, the first one in the body is reported. The syntax of `sort`
 * is left to parseSort.
 */
export const parseSearchRequest = (body: unknown): SearchRequest => completeSearch(readBody(SEARCH_FIELDS, body));

type SearchQuery = Omit<SearchRequest, "media" | "hybrid" | "personalize"> & {
  hybridEmbedder: string;
  hybridSemanticRatio: number;
  personalizeUserContext: string;
};

const stringList = queryList(readString);

const QUERY_FIELDS: FieldTable<SearchQuery> = {
  q: { code: "invalid_search_q", read: readString },
  vector: { code: "invalid_search_vector", read: queryList(queryNumber(-Number.MAX_VALUE, Number.MAX_VALUE)) },
  offset: { code: "invalid_search_offset", read: queryInteger() },
  limit: { code: "invalid_search_limit", read: queryInteger() },
  page: { code: "invalid_search_page", read: queryInteger() },
  hitsPerPage: { code: "invalid_search_hits_per_page", read: queryInteger() },
  attributesToRetrieve: { code: "invalid_search_attributes_to_retrieve", read: stringList },
  retrieveVectors: { code: "invalid_search_retrieve_vectors", read: queryBoolean },
  attributesToCrop: { code: "invalid_search_attributes_to_crop", read: stringList },
  cropLength: { code: "invalid_search_crop_length", read: queryInteger() },
  attributesToHighlight: { code: "invalid_search_attributes_to_highlight", read: stringList },
  filter: { code: "invalid_search_filter", read: queryFilter("invalid_search_filter") },
  sort: { code: "invalid_search_sort", read: querySort },
  distinct: { code: "invalid_search_distinct", read: readString },
  showMatchesPosition: { code: "invalid_search_show_matches_position", read: queryBoolean },
  showRankingScore: { code: "invalid_search_show_ranking_score", read: queryBoolean },
  showRankingScoreDetails: { code: "invalid_search_show_ranking_score_details", read: queryBoolean },
  showPerformanceDetails: { code: "invalid_search_show_performance_details", read: queryBoolean },
  useNetwork: { code: "invalid_search_use_network", read: queryBoolean },
  facets: { code: "invalid_search_facets", read: stringList },
  highlightPreTag: { code: "invalid_search_highlight_pre_tag", read: readString },
  highlightPostTag: { code: "invalid_search_highlight_post_tag", read: readString },
  cropMarker: { code: "invalid_search_crop_marker", read: readString },
  matchingStrategy: { code: "invalid_search_matching_strategy", read: readOneOf(MATCHING_STRATEGIES) },
  attributesToSearchOn: { code: "invalid_search_attributes_to_search_on", read: stringList },
  hybridEmbedder: { code: "invalid_search_embedder", read: readString },
  hybridSemanticRatio: { code: "invalid_search_semantic_ratio", read: queryNumber(0, 1) },
  rankingScoreThreshold: { code: "invalid_search_ranking_score_threshold", read: queryNumber(0, 1) },
  locales: { code: "invalid_search_locales", read: queryList(readLocale) },
  personalizeUserContext: { code: "invalid_search_personalize_user_context", read: readString },
};

/** Checks the query string of a GET search; the outcome is that of the equal POST search. */
export const parseSearchQuery = (params: URLSearchParams): SearchRequest => {
  const { hybridEmbedder, hybridSemanticRatio, personalizeUserContext, ...given } = readQuery(QUERY_FIELDS, params);
  if (hybridEmbedder === undefined && hybridSemanticRatio !== undefined)
    throw new MeilisearchError(
      "invalid_search_hybrid_query",
      "Invalid request: `hybridSemanticRatio` is present but `hybridEmbedder` is missing.",
    );
  return completeSearch({
    ...given,
    ...(hybridEmbedder !== undefined && {
      hybrid: { embedder: hybridEmbedder, semanticRatio: hybridSemanticRatio ?? DEFAULT_SEMANTIC_RATIO },
    }),
    ...(personalizeUserContext !== undefined && { personalize: { userContext: personalizeUserContext } }),
  });
};
