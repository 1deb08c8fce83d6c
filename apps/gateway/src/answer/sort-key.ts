import type { SortRule } from "@miroir/meilisearch";
import { fieldText } from "@miroir/meilisearch";
import { compareSortValues } from "@miroir/routing";
import { normalizeText } from "./facet-value.ts";
import { scalarsAt } from "./json-path.ts";

/** What a document is worth under one sort rule; `null` when it has no value there. */
export type SortValue = number | string | null;

/** The engine keeps this many bytes of a string it sorts by. */
const MAX_SORT_BYTES = 468;
const EARTH_RADIUS_M = 6_372_797.560856;

/** The values by which a document (JSON text) is sorted, one per rule. */
export function sortKey(document: string, rules: readonly SortRule[]): SortValue[] {
  return rules.map((rule) => (rule.kind === "geo" ? distance(document, rule) : fieldValue(document, rule)));
}

/** Compares two documents by their sort keys: 0 when only insertion order tells them apart. */
export function compareSortKeys(a: readonly SortValue[], b: readonly SortValue[], rules: readonly SortRule[]): number {
  for (const [index, { direction }] of rules.entries()) {
    const order = compareSortValues(a[index], b[index], direction === "desc");
    if (order) return order;
  }
  return 0;
}

/** Of several values the lowest counts when ascending and the highest when descending; any number goes before a string. */
function fieldValue(document: string, { field, direction }: Extract<SortRule, { kind: "field" }>): SortValue {
  let best: SortValue = null;
  for (const scalar of scalarsAt(document, field)) {
    const value = asSortValue(scalar);
    if (value !== null && (compareSortValues(value, best, direction === "desc") ?? 0) < 0) best = value;
  }
  return best;
}

function asSortValue(scalar: string): SortValue {
  const value: unknown = JSON.parse(scalar);
  if (value === null || typeof value === "number") return value;
  const text = normalizeText(String(value));
  return text.length * 3 <= MAX_SORT_BYTES ? text : truncate(text);
}

function truncate(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_SORT_BYTES) return text;
  let end = MAX_SORT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/** Metres from the point, by the haversine formula on a sphere. */
function distance(document: string, { latitude, longitude }: Extract<SortRule, { kind: "geo" }>): SortValue {
  const text = fieldText(document, "_geo");
  const point = text === undefined ? null : (JSON.parse(text) as { lat?: unknown; lng?: unknown } | null);
  if (point?.lat == null || point.lng == null) return null;
  const [lat1, lat2] = [radians(latitude), radians(Number(point.lat))];
  const deltaLng = radians(Number(point.lng) - longitude);
  const a = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(deltaLng / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
