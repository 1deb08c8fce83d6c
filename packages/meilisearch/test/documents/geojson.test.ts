import { describe, expect, it } from "vitest";
import { checkGeoJson } from "../../src/index.ts";

/** What a Meilisearch 1.50.0 node said of each, in an index where `_geojson` is filterable. */
describe("checkGeoJson", () => {
  it.each([
    '{"type":"Point","coordinates":[1,2,3]}',
    '{"type":"MultiPoint","coordinates":[]}',
    '{"type":"MultiPoint","coordinates":[[1,2]]}',
    '{"type":"LineString","coordinates":[]}',
    '{"type":"LineString","coordinates":[[1,2]]}',
    '{"type":"LineString","coordinates":[[1,2],[3,4]]}',
    '{"type":"MultiLineString","coordinates":[]}',
    '{"type":"MultiLineString","coordinates":[[]]}',
    '{"type":"Polygon","coordinates":[[[1,2],[3,4],[5,6],[1,2]]]}',
    '{"type":"MultiPolygon","coordinates":[]}',
    '{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4],[5,6],[1,2]]]]}',
    '{"type":"GeometryCollection","geometries":[]}',
    '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}',
    '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":null}',
    '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}',
    '{"type":"FeatureCollection","features":[]}',
    '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":null}]}',
    '{"type":"Point","coordinates":[1,2],"x":1}',
    '{"type":"Point","coordinates":[1,2],"bbox":[1]}',
    '{"type":"Point","coordinates":[1000,2000]}',
    '{"type":"LineString","coordinates":[[1,2],[1,2]]}',
  ])("takes %s", (shape) => expect(checkGeoJson(shape, "2")).toBeNull());

  it.each([
    '{"type":"Point","coordinates":[]}',
    '{"type":"Point","coordinates":["a",1]}',
    '{"type":"Point"}',
    '{"type":"Point","coordinates":null}',
    '{"type":"MultiPoint","coordinates":[1,2]}',
    '{"type":"LineString","coordinates":[[1,2],[3]]}',
    '{"type":"Polygon","coordinates":[[]]}',
    '{"type":"Polygon","coordinates":[[[1,2]]]}',
    '{"type":"Polygon","coordinates":[[1,2]]}',
    '{"type":"MultiPolygon","coordinates":[[]]}',
    '{"type":"GeometryCollection"}',
    '{"type":"Feature","properties":{},"geometry":{"type":"Point"}}',
    '{"type":"Feature"}',
    '{"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]}',
    '{"type":"FeatureCollection"}',
    '{"type":"point","coordinates":[1,2]}',
    "[]",
    '"x"',
    "{}",
    '{"type":"Feature","geometry":{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":null},"properties":null}',
    '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":3}',
  ])("refuses %s", (shape) => expect(checkGeoJson(shape, "2")?.code).toBe("invalid_document_geo_field"));
});
