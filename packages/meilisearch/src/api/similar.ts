import { MeilisearchError } from "../errors.ts";
import type { Filter } from "../filter/ast.ts";
import { type FieldTable, readBody, readQuery } from "./fields.ts";
import { queryFilter, readFilter } from "./filter-reader.ts";
import { readDocumentId } from "./parse-documents.ts";
import { queryBoolean, queryInteger, queryList, queryNumber } from "./query-readers.ts";
import { orNull, readArray, readBoolean, readInteger, readNumber, readString } from "./readers.ts";

/** A search for documents like a given one, with every default filled in. */
export type SimilarRequest = {
  id: string;
  embedder: string;
  offset: number;
  limit: number;
  filter: Filter | null;
  attributesToRetrieve: string[] | null;
  retrieveVectors: boolean;
  showRankingScore: boolean;
  showRankingScoreDetails: boolean;
  showPerformanceDetails: boolean;
  rankingScoreThreshold: number | null;
};

const DEFAULTS = {
  offset: 0,
  limit: 20,
  filter: null,
  attributesToRetrieve: null,
  retrieveVectors: false,
  showRankingScore: false,
  showRankingScoreDetails: false,
  showPerformanceDetails: false,
  rankingScoreThreshold: null,
};

const BODY: FieldTable<SimilarRequest> = {
  id: { code: "invalid_similar_id", read: readDocumentId },
  offset: { code: "invalid_similar_offset", read: readInteger() },
  limit: { code: "invalid_similar_limit", read: readInteger() },
  filter: { code: "invalid_similar_filter", read: readFilter("invalid_similar_filter") },
  embedder: { code: "invalid_similar_embedder", read: readString },
  attributesToRetrieve: {
    code: "invalid_similar_attributes_to_retrieve",
    read: orNull(readArray(readString)),
  },
  retrieveVectors: { code: "invalid_similar_retrieve_vectors", read: readBoolean },
  showRankingScore: { code: "invalid_similar_show_ranking_score", read: readBoolean },
  showRankingScoreDetails: { code: "invalid_similar_show_ranking_score_details", read: readBoolean },
  showPerformanceDetails: { code: "invalid_similar_show_performance_details", read: readBoolean },
  rankingScoreThreshold: { code: "invalid_similar_ranking_score_threshold", read: orNull(readNumber(0, 1)) },
};

const QUERY: FieldTable<SimilarRequest> = {
  id: BODY.id,
  embedder: BODY.embedder,
  offset: { code: "invalid_similar_offset", read: queryInteger() },
  limit: { code: "invalid_similar_limit", read: queryInteger() },
  attributesToRetrieve: { code: "invalid_similar_attributes_to_retrieve", read: queryList(readString) },
  retrieveVectors: { code: "invalid_similar_retrieve_vectors", read: queryBoolean },
  filter: { code: "invalid_similar_filter", read: queryFilter("invalid_similar_filter") },
  showRankingScore: { code: "invalid_similar_show_ranking_score", read: queryBoolean },
  showRankingScoreDetails: { code: "invalid_similar_show_ranking_score_details", read: queryBoolean },
  showPerformanceDetails: { code: "invalid_similar_show_performance_details", read: queryBoolean },
  rankingScoreThreshold: { code: "invalid_similar_ranking_score_threshold", read: queryNumber(0, 1) },
};

const complete = ({ id, embedder, ...given }: Partial<SimilarRequest>, member: string): SimilarRequest => {
  if (id === undefined) throw new MeilisearchError("bad_request", `Missing ${member} \`id\``);
  if (embedder === undefined) throw new MeilisearchError("bad_request", `Missing ${member} \`embedder\``);
  return { ...DEFAULTS, ...given, id, embedder };
};

/** Checks the body of `POST /indexes/{uid}/similar`; parse it with `exact`, or ids beyond 2^53 are already others. */
export const parseSimilar = (body: unknown): SimilarRequest => complete(readBody(BODY, body), "field");

/** Checks the query string of `GET /indexes/{uid}/similar`. */
export const parseSimilarQuery = (params: URLSearchParams): SimilarRequest =>
  complete(readQuery(QUERY, params), "parameter");
