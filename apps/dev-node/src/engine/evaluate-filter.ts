import type { Filter } from "@miroir/meilisearch";
import { filterNodes, MeilisearchError } from "@miroir/meilisearch";
import type { DocSet } from "./doc-set.ts";
import { addDoc, difference, emptyDocs, intersection, unite } from "./doc-set.ts";
import type { FacetReader, FieldFacets } from "./facet-values.ts";
import { normalizeFacet } from "./facet-values.ts";
import type { FilterableRule } from "./filterable.ts";
import { filterFeatures } from "./filterable.ts";
import { compareBytes, distanceMetres } from "./sort-rules.ts";

export type FilterCode = "invalid_search_filter" | "invalid_document_filter";

/**
 * The documents of `universe` that a filter keeps.
 * Throws MeilisearchError: the given code for attributes or operators that are not filterable, feature_not_enabled.
 */
export function evaluateFilter(
  filter: Filter,
  universe: DocSet,
  facets: FacetReader,
  rules: readonly FilterableRule[],
  code: FilterCode,
): DocSet {
  for (const node of filterNodes(filter)) checkNode(node, facets, rules, code);
  return evaluate(filter, universe, facets);
}

function checkNode(node: Filter, facets: FacetReader, rules: readonly FilterableRule[], code: FilterCode): void {
  if (node.kind === "contains") {
    throw new MeilisearchError(
      "feature_not_enabled",
      "Using `CONTAINS` in a filter requires enabling the `containsFilter` experimental feature.",
    );
  }
  if (node.kind === "vectorExists") {
    throw new MeilisearchError(
      "feature_not_enabled",
      "Using a vector filter requires enabling the `multimodal` experimental feature.",
    );
  }
  const field =
    "field" in node
      ? node.field
      : node.kind === "geoRadius" || node.kind === "geoBoundingBox"
        ? "_geo"
        : node.kind === "geoPolygon"
          ? "_geojson"
          : null;
  if (field === null) return;
  const features = filterFeatures(rules, field);
  if (features === null) {
    throw new MeilisearchError(code, `Attribute \`${field}\` is not filterable.`);
  }
  if (node.kind === "geoPolygon") {
    throw new MeilisearchError("miroir_not_implemented", "The development node does not filter by polygons.");
  }
  if (node.kind === "geoBoundingBox" && Number(node.topRight[0]) < Number(node.bottomLeft[0])) {
    throw new MeilisearchError(code, "The top latitude must be above the bottom latitude.");
  }
  if (facets.field(field) === null) return;
  const comparison = node.kind === "range" || (node.kind === "compare" && node.op !== "=" && node.op !== "!=");
  const equality = node.kind === "in" || (node.kind === "compare" && !comparison);
  if ((comparison && !features.comparison) || (equality && !features.equality)) {
    throw new MeilisearchError(code, `The filter operator is not allowed for the attribute \`${field}\`.`);
  }
}

function evaluate(filter: Filter, universe: DocSet, facets: FacetReader): DocSet {
  switch (filter.kind) {
    case "and":
      return filter.filters.reduce((docs, member) => evaluate(member, docs, facets), universe);
    case "or": {
      const out = emptyDocs(universe.length * 32);
      for (const member of filter.filters) unite(out, evaluate(member, universe, facets));
      return out;
    }
    case "not":
      return difference(universe, evaluate(filter.filter, universe, facets));
    case "geoRadius":
      return pointsWhere(
        universe,
        facets,
        (point) => distanceMetres(numbers(filter.center), point) <= Number(filter.radius),
      );
    case "geoBoundingBox": {
      const [top, right] = numbers(filter.topRight);
      const [bottom, left] = numbers(filter.bottomLeft);
      return pointsWhere(
        universe,
        facets,
        ([lat, lng]) =>
          lat <= top && lat >= bottom && (left <= right ? lng >= left && lng <= right : lng >= left || lng <= right),
      );
    }
    case "geoPolygon":
    case "vectorExists":
      return emptyDocs(universe.length * 32);
    default: {
      const field = facets.field(filter.field);
      return intersection(universe, fieldDocs(filter, field, universe));
    }
  }
}

type FieldFilter = Extract<Filter, { field: string }>;

function fieldDocs(filter: FieldFilter, field: FieldFacets | null, universe: DocSet): DocSet {
  const none = emptyDocs(universe.length * 32);
  if (field === null) return none;
  switch (filter.kind) {
    case "exists":
      return field.exists;
    case "isNull":
      return field.isNull;
    case "isEmpty":
      return field.isEmpty;
    case "in":
      return where(field, none, filter.values.map(equalTo));
    case "range":
      return where(field, none, [
        all(
          ordered(filter.from, (order) => order >= 0),
          ordered(filter.to, (order) => order <= 0),
        ),
      ]);
    case "startsWith": {
      const start = normalizeFacet(filter.value);
      if (start === "") return field.exists;
      return where(field, none, [{ number: () => false, string: (text) => text.startsWith(start) }]);
    }
    case "contains": {
      const part = normalizeFacet(filter.value);
      return where(field, none, [{ number: () => false, string: (text) => text.includes(part) }]);
    }
    case "compare":
      switch (filter.op) {
        case "=":
          return where(field, none, [equalTo(filter.value)]);
        case "!=":
          return difference(universe, where(field, none, [equalTo(filter.value)]));
        case ">":
          return where(field, none, [ordered(filter.value, (order) => order > 0)]);
        case ">=":
          return where(field, none, [ordered(filter.value, (order) => order >= 0)]);
        case "<":
          return where(field, none, [ordered(filter.value, (order) => order < 0)]);
        default:
          return where(field, none, [ordered(filter.value, (order) => order <= 0)]);
      }
  }
}

interface ValueTest {
  number(value: number): boolean;
  string(normalized: string): boolean;
}

const floatText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function equalTo(text: string): ValueTest {
  const normalized = normalizeFacet(text);
  const number = floatText.test(text) ? Number(text) : null;
  return { number: (value) => value === number, string: (value) => value === normalized };
}

/** A bound holds for numbers when it is one, and for texts always, by their bytes. */
function ordered(text: string, accepts: (order: number) => boolean): ValueTest {
  const normalized = normalizeFacet(text);
  const number = floatText.test(text) ? Number(text) : null;
  return {
    number: (value) => number !== null && accepts(value - number),
    string: (value) => accepts(compareBytes(value, normalized)),
  };
}

function all(...tests: ValueTest[]): ValueTest {
  return {
    number: (value) => tests.every((test) => test.number(value)),
    string: (value) => tests.every((test) => test.string(value)),
  };
}

function where(field: FieldFacets, out: DocSet, tests: readonly ValueTest[]): DocSet {
  for (const [docid, values] of field.byDocument) {
    if (
      values.numbers.some((value) => tests.some((test) => test.number(value))) ||
      [...values.strings.keys()].some((value) => tests.some((test) => test.string(value)))
    ) {
      addDoc(out, docid);
    }
  }
  return out;
}

function pointsWhere(
  universe: DocSet,
  facets: FacetReader,
  accepts: (point: readonly [number, number]) => boolean,
): DocSet {
  const out = emptyDocs(universe.length * 32);
  for (const [docid, point] of facets.geoPoints) if (accepts(point)) addDoc(out, docid);
  return intersection(out, universe);
}

function numbers([lat, lng]: readonly [string, string]): [number, number] {
  return [Number(lat), Number(lng)];
}
