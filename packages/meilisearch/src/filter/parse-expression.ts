import { type CompareOperator, type Filter, joinFilters, negate } from "./ast.ts";
import { parseGeo } from "./parse-geo.ts";
import { parseVectorCondition } from "./parse-vectors.ts";
import { createTokenReader, type TokenReader } from "./token-reader.ts";

/** Each grammar level counts one, so about fifty nested parentheses are the limit, as on a node. */
const MAX_DEPTH = 200;

const COMPARE = new Set<string>(["=", "!=", ">", ">=", "<", "<="] satisfies CompareOperator[]);

const EXPECTED_OPERATION =
  "Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, " +
  "`IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, `CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`, `_geoRadius`, " +
  "`_geoBoundingBox` or `_geoPolygon`";

const parseValues = (tokens: TokenReader): string[] => {
  if (!tokens.takeSymbol("[")) throw tokens.error("Expected `[` after `IN` keyword");
  const values: string[] = [];
  while (!tokens.takeSymbol("]")) {
    values.push(tokens.value());
    if (!tokens.takeSymbol(",") && !tokens.isSymbol("]"))
      throw tokens.error("Expected only comma-separated field names inside `IN[..]`");
  }
  return values;
};

/** The operators that may stand after a NOT as well: `x IN ..` and `x NOT IN ..`. */
const parseNegatable = (tokens: TokenReader, field: string): Filter | null => {
  if (tokens.takeKeyword("IN")) return { kind: "in", field, values: parseValues(tokens) };
  if (tokens.takeKeyword("EXISTS")) return { kind: "exists", field };
  if (tokens.takeKeyword("CONTAINS")) return { kind: "contains", field, value: tokens.value() };
  if (tokens.takeKeyword("STARTS")) {
    if (!tokens.takeKeyword("WITH")) throw tokens.error("Was expecting `WITH` after `STARTS`");
    return { kind: "startsWith", field, value: tokens.value() };
  }
  return null;
};

const parseIs = (tokens: TokenReader, field: string): Filter => {
  const negated = tokens.takeKeyword("NOT");
  const filter: Filter | null = tokens.takeKeyword("NULL")
    ? { kind: "isNull", field }
    : tokens.takeKeyword("EMPTY")
      ? { kind: "isEmpty", field }
      : null;
  if (!filter) throw tokens.error("Was expecting `NULL` or `EMPTY` after `IS`");
  return negated ? negate(filter) : filter;
};

const parseCondition = (tokens: TokenReader): Filter => {
  const field = tokens.value();
  const next = tokens.peek();
  if (next?.kind === "symbol" && COMPARE.has(next.text)) {
    tokens.take();
    return { kind: "compare", field, op: next.text as CompareOperator, value: tokens.value() };
  }
  if (tokens.takeKeyword("IS")) return parseIs(tokens, field);
  const negated = tokens.takeKeyword("NOT");
  const filter = parseNegatable(tokens, field);
  if (filter) return negated ? negate(filter) : filter;
  if (negated || !next || next.kind === "symbol") throw tokens.error(EXPECTED_OPERATION);
  const from = tokens.value();
  if (!tokens.takeKeyword("TO")) throw tokens.error(EXPECTED_OPERATION);
  return { kind: "range", field, from, to: tokens.value() };
};

const parsePrimary = (tokens: TokenReader, depth: number): Filter => {
  if (tokens.takeSymbol("(")) {
    const filter = parseOr(tokens, depth + 1);
    if (!tokens.takeSymbol(")")) throw tokens.error("Expression is missing the closing delimiter `)`");
    return filter;
  }
  return parseGeo(tokens) ?? parseVectorCondition(tokens) ?? parseCondition(tokens);
};

const parseNot = (tokens: TokenReader, depth: number): Filter => {
  if (depth > MAX_DEPTH)
    throw tokens.error(
      "The filter exceeded the maximum depth limit. Try rewriting the filter so that it contains fewer nested conditions",
    );
  return tokens.takeKeyword("NOT") ? negate(parseNot(tokens, depth + 1)) : parsePrimary(tokens, depth + 1);
};

const parseSeries = (tokens: TokenReader, keyword: "AND" | "OR", member: () => Filter): Filter => {
  const first = member();
  const filters = [first];
  while (tokens.takeKeyword(keyword)) filters.push(member());
  return joinFilters(keyword === "AND" ? "and" : "or", filters) ?? first;
};

const parseAnd = (tokens: TokenReader, depth: number): Filter =>
  parseSeries(tokens, "AND", () => parseNot(tokens, depth + 1));

const parseOr = (tokens: TokenReader, depth: number): Filter =>
  parseSeries(tokens, "OR", () => parseAnd(tokens, depth + 1));

/** Parses one filter expression; null if it is blank. Throws FilterSyntaxError. */
export const parseExpression = (text: string): Filter | null => {
  const tokens = createTokenReader(text);
  if (!tokens.peek()) return null;
  const filter = parseOr(tokens, 0);
  const rest = tokens.peek();
  if (rest) throw tokens.error(`Found unexpected characters at the end of the filter: \`${text.slice(rest.at)}\``);
  return filter;
};
