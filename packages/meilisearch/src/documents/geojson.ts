import { MeilisearchError } from "../errors.ts";

type Check = (value: unknown) => boolean;

const isPosition: Check = (value) =>
  Array.isArray(value) && value.length >= 2 && value.every((item) => typeof item === "number");

const listOf =
  (check: Check, least = 0): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.every(check);

const isPolygon = listOf(listOf(isPosition, 2), 1);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What each type of geometry has (RFC 7946), as far as nodes look at it: rings need not be closed. */
const MEMBERS: Readonly<Record<string, readonly [member: string, check: Check]>> = {
  Point: ["coordinates", isPosition],
  MultiPoint: ["coordinates", listOf(isPosition)],
  LineString: ["coordinates", listOf(isPosition)],
  MultiLineString: ["coordinates", listOf(listOf(isPosition))],
  Polygon: ["coordinates", isPolygon],
  MultiPolygon: ["coordinates", listOf(isPolygon)],
  GeometryCollection: ["geometries", (value) => listOf(isGeometry)(value)],
};

const isGeometry: Check = (value) => {
  if (!isObject(value)) return false;
  const [member, check] = MEMBERS[String(value.type)] ?? [];
  return member !== undefined && check?.(value[member]) === true;
};

const isFeature: Check = (value) =>
  isObject(value) &&
  value.type === "Feature" &&
  isGeometry(value.geometry) &&
  (isObject(value.properties) || (value.properties ?? null) === null);

const isGeoJson: Check = (value) =>
  isGeometry(value) ||
  isFeature(value) ||
  (isObject(value) && value.type === "FeatureCollection" && listOf(isFeature)(value.features));

/**
 * Checks the `_geojson` of a document (JSON text). A node looks at it only if it is filterable.
 *
 * Returns, rather than throws, invalid_document_geo_field: it is an error of the task.
 */
export const checkGeoJson = (geoJsonText: string, documentId: string): MeilisearchError | null =>
  isGeoJson(JSON.parse(geoJsonText))
    ? null
    : new MeilisearchError(
        "invalid_document_geo_field",
        `The \`_geojson\` field in the document with the id: \`${documentId}\` is no GeoJSON geometry or feature: \`${geoJsonText}\`.`,
      );
