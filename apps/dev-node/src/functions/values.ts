import { FunctionError } from "./function-error.ts";

/** One Unicode character, which is no string. */
interface Char {
  readonly char: string;
}

interface Range {
  readonly from: bigint;
  /** Excluded, unless `inclusive`. */
  readonly to: bigint;
  readonly inclusive: boolean;
}

/** Keys are ordered by their names wherever an order shows. */
export type ObjectMap = Map<string, Value>;

/** What a function works with. Null is `()`, a bigint is a 64-bit integer, a number is a float. */
export type Value = null | boolean | bigint | number | string | Char | Range | Value[] | ObjectMap;

/** The types of values, by the names that `type_of` gives them. */
export interface Types {
  "()": null;
  bool: boolean;
  i64: bigint;
  f64: number;
  string: string;
  char: Char;
  range: Range;
  "range=": Range;
  array: Value[];
  map: ObjectMap;
}
export type TypeName = keyof Types;

/** How many items an array or an object map may have, with those of all that is in it. */
export const MAX_ITEMS = 10_000;

export function typeOf(value: Value): TypeName {
  if (value === null) return "()";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "i64";
  if (typeof value === "number") return "f64";
  if (typeof value === "string") return "string";
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "map";
  if ("char" in value) return "char";
  return value.inclusive ? "range=" : "range";
}

/** Values are passed by value: what is kept elsewhere is a copy. */
export function copyOf(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, copyOf(member)]));
  return value;
}

export const sortedEntries = (map: ObjectMap): [string, Value][] =>
  [...map].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** An integer, if it has 64 bits. */
export function checked(result: bigint, describe: () => string): bigint {
  if (BigInt.asIntN(64, result) !== result) throw new FunctionError(describe());
  return result;
}

/** Beyond these a float is written with an exponent. */
const [NATURAL_MAX, NATURAL_MIN] = [1e13, 1e-13];

const scientific = (value: number): string => value.toExponential().replace("+", "").replace("-0", "-");

/** The digits of a number without an exponent, as short as they can be. */
function plain(value: number): string {
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const shift = Number(exponent);
  if (shift >= -6) return String(value);
  const all = digits.replace(/[-.]/g, "");
  return `${value < 0 ? "-" : ""}0.${"0".repeat(-shift - 1)}${all}`;
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size === 0) return "0.0";
  if (size > NATURAL_MAX || size < NATURAL_MIN) return scientific(value);
  return Number.isInteger(value) ? `${value}.0` : plain(value);
}

/** What a value is in a text: as `print` and `to_string` show it. */
export function shown(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  return debugged(value);
}

/** As `to_debug` shows it, and as members of arrays and maps are shown. */
export function debugged(value: Value): string {
  if (value === null) return "()";
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map(debugged).join(", ")}]`;
  if (value instanceof Map) {
    return `#{${sortedEntries(value)
      .map(([key, member]) => `${quoted(key)}: ${debugged(member)}`)
      .join(", ")}}`;
  }
  if (typeof value !== "object") return String(value);
  if ("char" in value) return value.char;
  return `${value.from}${value.inclusive ? "..=" : ".."}${value.to}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};
const quoted = (text: string): string => `"${text.replace(/[\\"\n\r\t\0]/g, (found) => ESCAPES[found] as string)}"`;
