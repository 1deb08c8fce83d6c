import { MeilisearchError } from "../errors.ts";

const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const isCoordinate = (value: unknown): boolean =>
  (typeof value === "number" || (typeof value === "string" && FLOAT.test(value))) && Number.isFinite(Number(value));

const problem = (geo: unknown): string | null => {
  if (geo === null) return null;
  if (typeof geo !== "object" || Array.isArray(geo)) return "The `_geo` field is not an object";
  const { lat, lng, ...others } = geo as Record<string, unknown>;
  const missing = [lat === undefined && "latitude", lng === undefined && "longitude"].filter(Boolean);
  if (missing.length > 0) return `Could not find ${missing.join(" nor ")}`;
  if (Object.keys(others).length > 0) return "The `_geo` field contains unexpected members";
  if (!isCoordinate(lat)) return "Could not parse latitude";
  return isCoordinate(lng) ? null : "Could not parse longitude";
};

/**
 * Checks the `_geo` of a document (JSON text): null, or exactly `lat` and `lng`, each a finite number or the text of one.
 * The range is not checked, as on a node. A node looks at `_geo` only if it is filterable or sortable.
 *
 * Returns, rather than throws, invalid_document_geo_field: it is an error of the task.
 */
export const checkGeo = (geoText: string, documentId: string): MeilisearchError | null => {
  const found = problem(JSON.parse(geoText));
  return found === null
    ? null
    : new MeilisearchError(
        "invalid_document_geo_field",
        `${found} in the document with the id: \`${documentId}\`. Was expecting a \`_geo\` field as \`{"lat": number, "lng": number}\` but instead got \`${geoText}\`.`,
      );
};
