import type { Filter, GeoPoint } from "./ast.ts";

const quote = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const point = ([latitude, longitude]: GeoPoint): string => `[${latitude}, ${longitude}]`;

const vectorPath = ({ embedder, origin }: Extract<Filter, { kind: "vectorExists" }>): string => {
  if (embedder === null) return "_vectors";
  const suffix =
    origin === null ? "" : typeof origin === "string" ? `.${origin}` : `.fragments.${quote(origin.fragment)}`;
  return `_vectors.${quote(embedder)}${suffix}`;
};

/** Inside another operator, AND and OR are always parenthesized: no reader has to know the precedence. */
const member = (filter: Filter): string =>
  filter.kind === "and" || filter.kind === "or" ? `(${printFilter(filter)})` : printFilter(filter);

/** The canonical text of a filter: every name and value quoted, so that parsing it gives an equal filter. */
export const printFilter = (filter: Filter): string => {
  switch (filter.kind) {
    case "and":
      return filter.filters.map(member).join(" AND ");
    case "or":
      return filter.filters.map(member).join(" OR ");
    case "not":
      return `NOT ${member(filter.filter)}`;
    case "compare":
      return `${quote(filter.field)} ${filter.op} ${quote(filter.value)}`;
    case "in":
      return `${quote(filter.field)} IN [${filter.values.map(quote).join(", ")}]`;
    case "range":
      return `${quote(filter.field)} ${quote(filter.from)} TO ${quote(filter.to)}`;
    case "exists":
      return `${quote(filter.field)} EXISTS`;
    case "isNull":
      return `${quote(filter.field)} IS NULL`;
    case "isEmpty":
      return `${quote(filter.field)} IS EMPTY`;
    case "contains":
      return `${quote(filter.field)} CONTAINS ${quote(filter.value)}`;
    case "startsWith":
      return `${quote(filter.field)} STARTS WITH ${quote(filter.value)}`;
    case "geoRadius":
      return `_geoRadius(${[...filter.center, filter.radius, ...(filter.resolution === undefined ? [] : [filter.resolution])].join(", ")})`;
    case "geoBoundingBox":
      return `_geoBoundingBox(${point(filter.topRight)}, ${point(filter.bottomLeft)})`;
    case "geoPolygon":
      return `_geoPolygon(${filter.points.map(point).join(", ")})`;
    case "vectorExists":
      return `${vectorPath(filter)} EXISTS`;
  }
};
