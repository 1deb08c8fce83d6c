import type { ExperimentalFeatures, Filter, Settings } from "@miroir/meilisearch";
import { filterNodes, MeilisearchError } from "@miroir/meilisearch";
import { checkFeature } from "../features.ts";
import type { IndexView } from "../indexes/node-index.ts";
import type { DocSet } from "./doc-set.ts";
import { addDoc, difference, emptyDocs, intersection, unite } from "./doc-set.ts";
import type { FacetReader, FieldFacets } from "./facet-values.ts";
import { normalizeFacet } from "./facet-values.ts";
import { filterFeatures } from "./filterable.ts";
import { compareBytes, distanceMetres } from "./sort-rules.ts";

type FilterCode = "invalid_search_filter" | "invalid_document_filter" | "invalid_similar_filter";

export interface FilterContext {
  readonly view: IndexView;
  readonly settings: Settings;
  readonly features: ExperimentalFeatures;
  /** Of errors about attributes or operators that are not filterable. */
  readonly code: FilterCode;
}

/** The documents of `universe` that a filter keeps. Throws MeilisearchError: the given code, feature_not_enabled. */
export function evaluateFilter(filter: Filter, universe: DocSet, context: FilterContext): DocSet {
  for (const node of filterNodes(filter)) checkNode(node, context);
  return evaluate(filter, universe, context.view);
}

function checkNode(node: Filter, { view, settings, features, code }: FilterContext): void {
  if (node.kind === "contains") checkFeature(features, "containsFilter", "Using `CONTAINS` in a filter");
  if (node.kind === "vectorExists") {
    checkFeature(features, "multimodal", "Using a vector filter");
    if (node.embedder !== null && !Object.hasOwn(settings.embedders, node.embedder)) {
      throw new MeilisearchError(code, `The embedder \`${node.embedder}\` does not exist.`);
    }
    if (typeof node.origin === "object" && node.origin !== null) {
      throw new MeilisearchError(code, `The fragment \`${node.origin.fragment}\` does not exist.`);
    }
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
  const allowed = filterFeatures(settings.filterableAttributes, field);
  if (allowed === null) {
    throw new MeilisearchError(code, `Attribute \`${field}\` is not filterable.`);
  }
  if (node.kind === "geoPolygon") {
    throw new MeilisearchError("miroir_not_implemented", "The development node does not filter by polygons.");
  }
  if (node.kind === "geoBoundingBox" && Number(node.topRight[0]) < Number(node.bottomLeft[0])) {
    throw new MeilisearchError(code, "The top latitude must be above the bottom latitude.");
  }
  if (view.facets.field(field) === null) return;
  const comparison = node.kind === "range" || (node.kind === "compare" && node.op !== "=" && node.op !== "!=");
  const equality = node.kind === "in" || (node.kind === "compare" && !comparison);
  if ((comparison && !allowed.comparison) || (equality && !allowed.equality)) {
    throw new MeilisearchError(code, `The filter operator is not allowed for the attribute \`${field}\`.`);
  }
}

function evaluate(filter: Filter, universe: DocSet, view: IndexView): DocSet {
  const { facets } = view;
  switch (filter.kind) {
    case "and":
      return filter.filters.reduce((docs, member) => evaluate(member, docs, view), universe);
    case "or": {
      const out = emptyDocs(universe.length * 32);
      for (const member of filter.filters) unite(out, evaluate(member, universe, view));
      return out;
    }
    case "not":
      return difference(universe, evaluate(filter.filter, universe, view));
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
    case "vectorExists":
      return embeddedDocs(filter, universe, view);
    case "geoPolygon":
      return emptyDocs(universe.length * 32);
    default: {
      const field = facets.field(filter.field);
      return intersection(universe, fieldDocs(filter, field, universe));
    }
  }
}

/** Of documents without embeddings, only the origin "user-provided" may hold: null is something to provide. */
function embeddedDocs(
  { embedder, origin }: Extract<Filter, { kind: "vectorExists" }>,
  universe: DocSet,
  view: IndexView,
): DocSet {
  const out = emptyDocs(universe.length * 32);
  for (const name of embedder === null ? view.embedders : [embedder]) {
    for (const [docid, { embeddings, regenerate, userProvided }] of view.vectors(name)) {
      const found =
        origin === "userProvided"
          ? userProvided
          : origin === "regenerate"
            ? regenerate
            : origin === null && embeddings.length > 0;
      if (found) addDoc(out, docid);
    }
  }
  return intersection(out, universe);
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
