import { type ErrorCode, MeilisearchError } from "../errors.ts";
import { type FieldTable, readBody, readFields } from "./fields.ts";
import { isIndexUid, readIndexUid } from "./index-object.ts";
import {
  DEFAULT_FEDERATION,
  DEFAULT_FEDERATION_OPTIONS,
  type Federation,
  type FederationOptions,
  type MultiSearchQuery,
  type MultiSearchRequest,
} from "./multi-search.ts";
import { completeSearch, readPersonalize, SEARCH_FIELDS } from "./parse-search.ts";
import {
  orNull,
  type Read,
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readRecord,
  readString,
  wrongValue,
} from "./readers.ts";
import type { SearchRequest } from "./search.ts";

/** Unlike in a search of its own, a null `limit` or `offset` is as good as none. */
type GivenQuery = Omit<SearchRequest, "limit" | "offset"> & {
  limit: number | null;
  offset: number | null;
  indexUid: string;
  federationOptions: FederationOptions | null;
};

/** Unknown fields inside are bad requests, whatever the code of the field itself. */
const readObject =
  <T extends object>(table: FieldTable<T>): Read<Partial<T>> =>
  (value, place) =>
    readFields(table, value, { ...place, code: "bad_request" });

const OPTIONS: FieldTable<FederationOptions> = {
  weight: { code: "invalid_multi_search_weight", read: readNumber(0) },
  remote: { code: "invalid_multi_search_remote", read: orNull(readString) },
  queryPosition: { code: "invalid_multi_search_query_position", read: orNull(readInteger()) },
};

const QUERY: FieldTable<GivenQuery> = {
  ...SEARCH_FIELDS,
  limit: { code: "invalid_search_limit", read: orNull(readInteger()) },
  offset: { code: "invalid_search_offset", read: orNull(readInteger()) },
  indexUid: { code: "invalid_index_uid", read: readIndexUid },
  federationOptions: {
    code: "invalid_multi_search_federation_options",
    read: orNull((value, place) => ({ ...DEFAULT_FEDERATION_OPTIONS, ...readObject(OPTIONS)(value, place) })),
  },
};

const MERGE_FACETS: FieldTable<{ maxValuesPerFacet: number | null }> = {
  maxValuesPerFacet: { code: "invalid_multi_search_max_values_per_facet", read: orNull(readInteger()) },
};

const readFacetsByIndex: Read<Federation["facetsByIndex"]> = (value, place) => {
  const facets = readRecord(orNull(readArray(readString)))(value, place);
  for (const uid of Object.keys(facets))
    if (!isIndexUid(uid)) throw wrongValue(place, `the key \`${uid}\` is not a valid index uid`);
  return facets;
};

const FEDERATION: FieldTable<Federation> = {
  limit: { code: "invalid_search_limit", read: readInteger() },
  offset: { code: "invalid_search_offset", read: readInteger() },
  page: { code: "invalid_search_page", read: orNull(readInteger()) },
  hitsPerPage: { code: "invalid_search_hits_per_page", read: orNull(readInteger()) },
  facetsByIndex: { code: "invalid_multi_search_facets_by_index", read: readFacetsByIndex },
  mergeFacets: {
    code: "invalid_multi_search_merge_facets",
    read: orNull((value, place) => ({ maxValuesPerFacet: null, ...readFields(MERGE_FACETS, value, place) })),
  },
  distinct: { code: "invalid_search_distinct", read: orNull(readString) },
  showPerformanceDetails: { code: "invalid_search_show_performance_details", read: readBoolean },
  personalize: { code: "invalid_search_personalize", read: orNull(readPersonalize) },
};

type Given = { queries: Partial<GivenQuery>[]; federation: Federation | null };

const BODY: FieldTable<Given> = {
  queries: { code: "bad_request", read: readArray(readObject(QUERY)) },
  federation: {
    code: "bad_request",
    read: orNull((value, place) => ({ ...DEFAULT_FEDERATION, ...readObject(FEDERATION)(value, place) })),
  },
};

/** What one list of hits cannot take from a single query, because it is the federation's to say. */
const refusedInFederation = (query: Partial<GivenQuery>, federation: Federation): [ErrorCode, string] | null => {
  const isGiven = (name: keyof GivenQuery) => query[name] !== undefined && query[name] !== null;
  const paging = (["limit", "offset", "page", "hitsPerPage"] as const).find(isGiven);
  if (paging) return ["invalid_multi_search_query_pagination", paging];
  if (query.facets?.length) return ["invalid_multi_search_query_facets", "facets"];
  if (isGiven("personalize")) return ["invalid_multi_search_query_personalization", "personalize"];
  if (query.showPerformanceDetails)
    return ["invalid_multi_search_query_show_performance_details", "showPerformanceDetails"];
  if (isGiven("distinct") && federation.distinct !== null) return ["invalid_multi_search_distinct", "distinct"];
  return null;
};

const completeQuery = (given: Partial<GivenQuery>, index: number, federation: Federation | null): MultiSearchQuery => {
  const { indexUid, federationOptions = null, limit, offset, ...search } = given;
  const inside = `Inside \`.queries[${index}]\`:`;
  if (indexUid === undefined) throw new MeilisearchError("missing_index_uid", `${inside} Missing field \`indexUid\``);
  if (federationOptions && !federation)
    throw new MeilisearchError(
      "invalid_multi_search_federation_options",
      `${inside} Using \`federationOptions\` is not allowed in a non-federated search.\n Hint: remove \`federationOptions\` from query #${index} or add \`federation\` to the request.`,
    );
  const refused = federation && refusedInFederation(given, federation);
  if (refused)
    throw new MeilisearchError(refused[0], `${inside} Using \`${refused[1]}\` is not allowed in federated queries.`);
  return {
    ...completeSearch({
      ...search,
      ...(typeof limit === "number" && { limit }),
      ...(typeof offset === "number" && { offset }),
    }),
    indexUid,
    federationOptions,
  };
};

/**
 * Checks the parsed body of `POST /multi-search`. Left to the caller: whether the indexes exist (there, a missing one
 * is 400), the syntax of `sort`, and the feature that `remote` and `queryPosition` need.
 */
export const parseMultiSearch = (body: unknown): MultiSearchRequest => {
  const { queries, federation = null } = readBody(BODY, body);
  if (!queries) throw new MeilisearchError("bad_request", "Missing field `queries`");
  return { queries: queries.map((query, index) => completeQuery(query, index, federation)), federation };
};
