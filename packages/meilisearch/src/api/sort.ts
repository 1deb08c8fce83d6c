import { type ErrorCode, MeilisearchError } from "../errors.ts";

export type SortDirection = "asc" | "desc";

/** One rule of a `sort`: by a field, or by distance from a point. */
export type SortRule =
  | { kind: "field"; field: string; direction: SortDirection }
  | { kind: "geo"; latitude: number; longitude: number; direction: SortDirection };

type SortErrorCode = Extract<
  ErrorCode,
  "invalid_search_sort" | "invalid_document_sort" | "invalid_settings_ranking_rules"
>;

const RULE = /^(.+):(asc|desc)$/s;
const POINT = /^_geoPoint\(([^,]*),([^,]*)\)$/;
const RESERVED = /^_geo(Distance|Point|Radius|BoundingBox|Polygon)?(\(|$)/;

/** `field:asc`, or `_geoPoint(latitude, longitude):desc`. Throws MeilisearchError with the given code. */
export const parseSortRule = (rule: string, code: SortErrorCode): SortRule => {
  const [, left, direction] = RULE.exec(rule) ?? [];
  if (left === undefined)
    throw new MeilisearchError(
      code,
      `Invalid syntax for the sort parameter: expected expression ending by \`:asc\` or \`:desc\`, found \`${rule}\`.`,
    );
  const order: SortDirection = direction === "asc" ? "asc" : "desc";
  const point = POINT.exec(left);
  if (point) {
    const [latitude, longitude] = [point[1], point[2]].map((text) => (text?.trim() ? Number(text) : Number.NaN));
    if (latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
      return { kind: "geo", latitude, longitude, direction: order };
  }
  if (RESERVED.test(left))
    throw new MeilisearchError(
      code,
      `\`${left}\` is a reserved keyword or a malformed point and thus can't be used as a sort expression.`,
    );
  return { kind: "field", field: left, direction: order };
};

/**
 * Parses all rules of a `sort`. Apart from parseSearchRequest, because a node looks at the rules only after it has
 * found the index: on a missing one, a bad rule is still index_not_found.
 */
export const parseSort = (rules: readonly string[] | null, code: SortErrorCode = "invalid_search_sort"): SortRule[] =>
  (rules ?? []).map((rule) => parseSortRule(rule, code));
