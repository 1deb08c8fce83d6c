import type { Filter } from "../filter/ast.ts";
import { type FilterErrorCode, parseFilter } from "../filter/parse.ts";
import { type Read, readString } from "./readers.ts";

/** A filter in a JSON body. */
export const readFilter =
  (code: FilterErrorCode): Read<Filter | null> =>
  (value) =>
    parseFilter(value, code);

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** A filter in a query string: what parses as JSON is taken as JSON, anything else as an expression. */
export const queryFilter =
  (code: FilterErrorCode): Read<Filter | null> =>
  (value, place) =>
    parseFilter(asJson(readString(value, place)), code);
