export type CompareOperator = "=" | "!=" | ">" | ">=" | "<" | "<=";

/** `null`: any vector of that embedder; the others narrow it down to where the vector came from. */
export type VectorOrigin = null | "userProvided" | "documentTemplate" | "regenerate" | { fragment: string };

/** Latitude and longitude, as the texts the client wrote: printing them again must not change a digit. */
export type GeoPoint = readonly [latitude: string, longitude: string];

/**
 * A Meilisearch filter. Values are texts: whether `1999` is a number is decided by the documents, not by the filter.
 * `and`/`or` have at least two members, and no `not` stands directly in a `not`. `x NOT IN [..]` and its like are a `not`.
 */
export type Filter =
  | { kind: "and"; filters: Filter[] }
  | { kind: "or"; filters: Filter[] }
  | { kind: "not"; filter: Filter }
  | { kind: "compare"; field: string; op: CompareOperator; value: string }
  | { kind: "in"; field: string; values: string[] }
  | { kind: "range"; field: string; from: string; to: string }
  | { kind: "exists"; field: string }
  | { kind: "isNull"; field: string }
  | { kind: "isEmpty"; field: string }
  | { kind: "contains"; field: string; value: string }
  | { kind: "startsWith"; field: string; value: string }
  | { kind: "geoRadius"; center: GeoPoint; radius: string; resolution?: string }
  | { kind: "geoBoundingBox"; topRight: GeoPoint; bottomLeft: GeoPoint }
  | { kind: "geoPolygon"; points: GeoPoint[] }
  | { kind: "vectorExists"; embedder: string | null; origin: VectorOrigin };

/** `filters` joined with AND or OR: null for none, the filter itself for one. */
export const joinFilters = (kind: "and" | "or", filters: Filter[]): Filter | null =>
  filters.length > 1 ? { kind, filters } : (filters[0] ?? null);

/** NOT of a filter; two of them cancel out. */
export const negate = (filter: Filter): Filter => (filter.kind === "not" ? filter.filter : { kind: "not", filter });

/** The filter and everything inside it, outer ones first. */
export function* filterNodes(filter: Filter): Generator<Filter, void, undefined> {
  yield filter;
  if (filter.kind === "not") yield* filterNodes(filter.filter);
  else if (filter.kind === "and" || filter.kind === "or")
    for (const member of filter.filters) yield* filterNodes(member);
}

/** The names of all fields a filter reads; geo and vector conditions read their reserved fields. */
export const filterFields = (filter: Filter): Set<string> => {
  const fields = new Set<string>();
  for (const node of filterNodes(filter)) {
    if ("field" in node) fields.add(node.field);
    else if (node.kind === "geoRadius" || node.kind === "geoBoundingBox") fields.add("_geo");
    else if (node.kind === "geoPolygon") fields.add("_geojson");
    else if (node.kind === "vectorExists") fields.add("_vectors");
  }
  return fields;
};
