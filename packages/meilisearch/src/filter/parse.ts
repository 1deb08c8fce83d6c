import { type ErrorCode, MeilisearchError } from "../errors.ts";
import { type Filter, joinFilters } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { FilterSyntaxError } from "./tokens.ts";

/** The two codes a bad filter may have; the first for searches, the second for document routes. */
export type FilterErrorCode = Extract<
  ErrorCode,
  | "invalid_search_filter"
  | "invalid_document_filter"
  | "invalid_similar_filter"
  | "invalid_document_edition_function_filter"
>;

const describe = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "an array"
      : typeof value === "object"
        ? "an object"
        : `a ${typeof value}`;

const parseText = (text: string, code: FilterErrorCode): Filter | null => {
  try {
    return parseExpression(text);
  } catch (cause) {
    if (!(cause instanceof FilterSyntaxError)) throw cause;
    throw new MeilisearchError(code, `${cause.message}.\n${cause.at + 1}:${text.length + 1} ${text}`, { cause });
  }
};

const parseMembers = (values: readonly unknown[], member: (value: unknown) => Filter | null): Filter[] =>
  values.map(member).filter((filter) => filter !== null);

/**
 * Parses a filter as requests hold it: an expression, or an array that is a conjunction of expressions and of arrays,
 * which are disjunctions of expressions. Null for no filter at all (null, undefined, blank, empty arrays).
 *
 * Precedence is NOT, AND, OR; keywords are upper-case. Throws MeilisearchError with the given code.
 */
export const parseFilter = (input: unknown, code: FilterErrorCode = "invalid_search_filter"): Filter | null => {
  const expression = (value: unknown, expected: string): Filter | null => {
    if (typeof value === "string") return parseText(value, code);
    throw new MeilisearchError(
      code,
      `Invalid syntax for the filter parameter: \`expected ${expected}, found: ${describe(value)}\`.`,
    );
  };
  if (input === null || input === undefined) return null;
  if (!Array.isArray(input)) return expression(input, "String, Array");
  return joinFilters(
    "and",
    parseMembers(input, (outer) =>
      Array.isArray(outer)
        ? joinFilters(
            "or",
            parseMembers(outer, (inner) => expression(inner, "String")),
          )
        : expression(outer, "String, [String]"),
    ),
  );
};
