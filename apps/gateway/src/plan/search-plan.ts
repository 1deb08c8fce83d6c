import { DEFAULT_SEARCH, MeilisearchError, printFilter, type SearchRequest, type Settings } from "@miroir/meilisearch";
import { type NodeRequestPlan, planNodeRequest, RESERVED_PREFIX } from "@miroir/routing";
import { refuseReservedFilter, refuseReservedNames } from "./reserved-fields.ts";

/** The settings that decide how answers are merged. */
export type SearchSettings = Pick<
  Settings,
  "distinctAttribute" | "faceting" | "pagination" | "filterableAttributes" | "displayedAttributes"
>;

export type SearchPlanOptions = {
  readonly request: SearchRequest;
  readonly settings: SearchSettings;
  /** Whether documents carry a sequence that breaks ties. */
  readonly hasSequence: boolean;
  /** Fields the answer needs from every hit besides. */
  readonly neededFields?: readonly string[];
};

export type SearchPlan = NodeRequestPlan & {
  /** What the search is about without its paging, so that all pages come from one group. */
  readonly key: string;
  /** The field of which every value may appear once. */
  readonly distinct: string | null;
  /** Fields the client did not ask for, apart from our own. */
  readonly added: readonly string[];
  /** What nodes are asked to count the hits of a distinct search exactly; `null` when that cannot be done. */
  readonly countBody: (Readonly<Record<string, unknown>> & { readonly filter?: string }) | null;
};

/**
 * Plans a search on one index: what every node is asked and how its answers are merged.
 *
 * @throws MeilisearchError miroir_reserved_field; invalid_search_facets where a single node finds nothing filterable;
 *   miroir_not_implemented for media and personalization
 */
export function planSearch({ request, settings, hasSequence, neededFields = [] }: SearchPlanOptions): SearchPlan {
  refuseUnsupported(request);
  refuseReserved(request);
  refuseFacets(request.facets, settings);
  const distinct = request.distinct ?? settings.distinctAttribute;
  const { offset, limit, page, hitsPerPage, ...unpaged } = saidBy(request);
  const paging = { offset, limit, page, hitsPerPage } as Pick<
    SearchRequest,
    "offset" | "limit" | "page" | "hitsPerPage"
  >;
  const plan = planNodeRequest(
    { ...unpaged, ...paging },
    {
      hasSequence,
      maxTotalHits: settings.pagination.maxTotalHits,
      neededFields: distinct === null ? neededFields : [...neededFields, distinct],
    },
  );
  const wanted = request.attributesToRetrieve ?? [];
  const isWanted = (field: string) => wanted.some((name) => field.startsWith(`${name}.`));
  const added = plan.strip.fields.filter((field) => !field.startsWith(RESERVED_PREFIX) && !isWanted(field));
  return { ...plan, key: JSON.stringify(unpaged), distinct, added, countBody: countBodyOf(request, unpaged, distinct) };
}

/** @throws MeilisearchError invalid_search_facets where a single node finds nothing filterable; miroir_reserved_field */
export function refuseFacets(
  facets: readonly string[] | null,
  { filterableAttributes }: Pick<Settings, "filterableAttributes">,
): void {
  refuseReservedNames(facets ?? []);
  if (facets && facets.length > 0 && filterableAttributes.length === 0)
    throw new MeilisearchError(
      "invalid_search_facets",
      `Invalid facet distribution: Pattern \`${facets[0]}\` is not filterable. This index does not have configured filterable attributes.`,
    );
}

/** Parameters that decide which documents match. */
const MATCHING = ["q", "filter", "matchingStrategy", "attributesToSearchOn", "locales"];

function countBodyOf(
  request: SearchRequest,
  said: Record<string, unknown>,
  distinct: string | null,
): SearchPlan["countBody"] {
  // A search by vectors counts what it has looked at, which is no property of the documents alone.
  if (distinct === null || request.rankingScoreThreshold !== null || request.hybrid !== null) return null;
  const matching = Object.fromEntries(MATCHING.filter((name) => name in said).map((name) => [name, said[name]]));
  return { ...matching, distinct, page: 1, hitsPerPage: 0 };
}

/** What the client said, without what goes without saying; the filter in its canonical form. */
export function saidBy(request: SearchRequest): Record<string, unknown> {
  const entries = Object.entries(request).filter(
    ([name, value]) => value !== null && value !== DEFAULT_SEARCH[name as keyof SearchRequest],
  );
  const said = Object.fromEntries(entries);
  return request.filter ? { ...said, filter: printFilter(request.filter) } : said;
}

function refuseUnsupported(request: SearchRequest): void {
  refuseMedia(request);
  if (request.personalize !== null) throw notSupported("personalize");
}

/** @throws MeilisearchError miroir_not_implemented */
export function refuseMedia({ media }: Pick<SearchRequest, "media">): void {
  if (media !== null) throw notSupported("media");
}

function notSupported(parameter: string): MeilisearchError {
  return new MeilisearchError("miroir_not_implemented", `Searching with \`${parameter}\` is not supported yet.`);
}

function refuseReserved({ filter, sort, facets, distinct, attributesToSearchOn }: SearchRequest): void {
  refuseReservedFilter(filter);
  refuseReservedNames([...(sort ?? []), ...(facets ?? []), ...(attributesToSearchOn ?? [])]);
  if (distinct !== null) refuseReservedNames([distinct]);
}
