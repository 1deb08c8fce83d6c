import { MeilisearchError } from "../errors.ts";
import { type FieldTable, readBody } from "./fields.ts";
import { SEARCH_FIELDS } from "./parse-search.ts";
import { isObject, orNull, readBoolean, readString } from "./readers.ts";
import { DEFAULT_SEARCH, type SearchRequest } from "./search.ts";

type Shared =
  | "q"
  | "vector"
  | "media"
  | "hybrid"
  | "filter"
  | "matchingStrategy"
  | "attributesToSearchOn"
  | "rankingScoreThreshold"
  | "locales";

type FacetFields = { facetName: string; facetQuery: string | null; exhaustiveFacetCount: boolean | null };

/** A search among the values of one facet, with every default filled in. */
export type FacetSearchRequest = FacetFields & Pick<SearchRequest, Shared>;

const FIELDS: FieldTable<FacetSearchRequest> = {
  facetQuery: { code: "invalid_facet_search_query", read: orNull(readString) },
  facetName: { code: "invalid_facet_search_facet_name", read: readString },
  q: SEARCH_FIELDS.q,
  vector: SEARCH_FIELDS.vector,
  media: SEARCH_FIELDS.media,
  hybrid: SEARCH_FIELDS.hybrid,
  filter: SEARCH_FIELDS.filter,
  matchingStrategy: SEARCH_FIELDS.matchingStrategy,
  attributesToSearchOn: SEARCH_FIELDS.attributesToSearchOn,
  rankingScoreThreshold: SEARCH_FIELDS.rankingScoreThreshold,
  locales: SEARCH_FIELDS.locales,
  exhaustiveFacetCount: {
    code: "invalid_facet_search_exhaustive_facet_count",
    read: orNull(readBoolean),
  },
};

const { q, vector, media, hybrid, filter, matchingStrategy, attributesToSearchOn, rankingScoreThreshold, locales } =
  DEFAULT_SEARCH;

const DEFAULTS = {
  facetQuery: null,
  exhaustiveFacetCount: null,
  q,
  vector,
  media,
  hybrid,
  filter,
  matchingStrategy,
  attributesToSearchOn,
  rankingScoreThreshold,
  locales,
};

/** Only here, unknown fields are ignored: clients send the body of the search beside which the facet is shown. */
const onlyKnown = (body: unknown): unknown =>
  isObject(body) ? Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(FIELDS, name))) : body;

/** Checks the parsed body of `POST /indexes/{uid}/facet-search`. */
export const parseFacetSearch = (body: unknown): FacetSearchRequest => {
  const { facetName, ...given } = readBody(FIELDS, onlyKnown(body));
  if (facetName === undefined)
    throw new MeilisearchError("missing_facet_search_facet_name", "Missing field `facetName`");
  return { ...DEFAULTS, ...given, facetName };
};
