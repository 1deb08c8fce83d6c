import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Filter, type GeoPoint, negate, parseFilter, printFilter } from "../../src/index.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("AND", "_geo", "TO", "", "'", '"', "\\", '\\"', "a\\", "IS NULL", "shelf mark", "x = 1) OR (y"),
);
const latitude = fc.integer({ min: -90, max: 90 }).map(String);
const longitude = fc.double({ min: -180, max: 180, noNaN: true }).map((degrees) => degrees.toFixed(4));
const point: fc.Arbitrary<GeoPoint> = fc.tuple(latitude, longitude);
const name = text.filter((embedder) => embedder !== "");

const condition: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    field: text,
    op: fc.constantFrom("=", "!=", ">", ">=", "<", "<="),
    value: text,
  }),
  fc.record({ kind: fc.constant("in" as const), field: text, values: fc.array(text) }),
  fc.record({ kind: fc.constant("range" as const), field: text, from: text, to: text }),
  fc.record({ kind: fc.constantFrom("exists" as const, "isNull" as const, "isEmpty" as const), field: text }),
  fc.record({ kind: fc.constantFrom("contains" as const, "startsWith" as const), field: text, value: text }),
  fc.record({ kind: fc.constant("geoRadius" as const), center: point, radius: fc.nat().map(String) }),
  fc.tuple(point, point).map(([a, b]): Filter => {
    const [bottomLeft, topRight] = Number(a[0]) < Number(b[0]) ? [a, b] : [b, a];
    return { kind: "geoBoundingBox", topRight, bottomLeft };
  }),
  fc.record({ kind: fc.constant("geoPolygon" as const), points: fc.array(point, { minLength: 3 }) }),
  fc.record({
    kind: fc.constant("vectorExists" as const),
    embedder: name,
    origin: fc.oneof(
      fc.constantFrom(null, "userProvided" as const, "documentTemplate" as const, "regenerate" as const),
      fc.record({ fragment: name }),
    ),
  }),
  fc.constant<Filter>({ kind: "vectorExists", embedder: null, origin: null }),
);

const { filter } = fc.letrec<{ filter: Filter; series: Filter }>((tie) => ({
  filter: fc.oneof({ depthSize: "small" }, condition, tie("filter").map(negate), tie("series")),
  series: fc.record({
    kind: fc.constantFrom("and" as const, "or" as const),
    filters: fc.array(tie("filter"), { minLength: 2, maxLength: 4 }),
  }),
}));

describe("printFilter", () => {
  it("prints what parses to an equal filter", () => {
    fc.assert(
      fc.property(filter, (original) => {
        expect(parseFilter(printFilter(original))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });
});
