import { FunctionError } from "../function-error.ts";
import type { Types, Value } from "../values.ts";
import type { Overload } from "./overload.ts";
import { gives, replaces } from "./overload.ts";

type Char = Types["char"];

const chars = (text: string): string[] => [...text];
const length = (text: string): bigint => BigInt(chars(text).length);
const upper = (text: string): string => text.toUpperCase();
const lower = (text: string): string => text.toLowerCase();

/** Where a place that may be counted from the end is, within the text. */
function offset(size: bigint, place: bigint): bigint {
  const counted = place < 0n ? size + place : place;
  return counted < 0n ? 0n : counted > size ? size : counted;
}

function part(text: string, start: bigint, count: bigint): string {
  const from = offset(length(text), start);
  return count <= 0n
    ? ""
    : chars(text)
        .slice(Number(from), Number(from + count))
        .join("");
}

/** What a range of places holds; they are not counted from the end. */
function rangePart(text: string, { from, to, inclusive }: Types["range"]): string {
  const start = from < 0n ? 0n : from;
  return part(text, start, to - start + (inclusive ? 1n : 0n));
}
const wholeRest = (text: string): bigint => length(text);

function indexOf(text: string, found: string, start = 0n): bigint {
  const all = chars(text);
  const from = Number(offset(BigInt(all.length), start));
  const place = all.slice(from).join("").indexOf(found);
  if (place < 0) return -1n;
  return BigInt(from) + length(all.slice(from).join("").slice(0, place));
}

function pad(text: string, size: bigint, filler: string): string {
  const missing = Number(size - length(text));
  if (missing <= 0 || filler === "") return text;
  if (missing > MAX_LENGTH) throw new FunctionError("Length of string too large");
  return (
    text +
    chars(filler.repeat(Math.ceil(missing / chars(filler).length)))
      .slice(0, missing)
      .join("")
  );
}

function splitAt(text: string, place: bigint): Value[] {
  const at = Number(offset(length(text), place));
  return [chars(text).slice(0, at).join(""), chars(text).slice(at).join("")];
}

/** Into so many pieces at the most, the last of which is the rest. */
function splitInto(text: string, by: string, most: bigint): Value[] {
  const pieces = text.split(by);
  const kept = most < 1n ? 1 : Number(most);
  return pieces.length <= kept ? pieces : [...pieces.slice(0, kept - 1), pieces.slice(kept - 1).join(by)];
}

function parsed(text: string): bigint {
  const trimmed = text.trim();
  if (!/^[+-]?\d+$/.test(trimmed))
    throw new FunctionError(`Error parsing integer number '${text}': ${whyNot(trimmed)}`);
  const value = BigInt(trimmed);
  if (BigInt.asIntN(64, value) === value) return value;
  const size = value > 0n ? "large" : "small";
  throw new FunctionError(`Error parsing integer number '${text}': number too ${size} to fit in target type`);
}
const whyNot = (text: string): string =>
  text === "" ? "cannot parse integer from empty string" : "invalid digit found in string";

function parsedFloat(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
  const why = trimmed === "" ? "cannot parse float from empty string" : "invalid float literal";
  throw new FunctionError(`Error parsing floating-point number '${text}': ${why}`);
}

/** Of a text; less than nodes allow, so that a function cannot take all memory of the process it runs in. */
export const MAX_LENGTH = 16 * 1024 * 1024;

/** Each of these takes a character as it takes a string. */
const withText = (name: string, run: (text: string, part: string) => Value): Overload[] => [
  gives(name, ["string", "string"], run),
  gives(name, ["string", "char"], (text, { char }) => run(text, char)),
];

const textOf = (value: string | Char): string => (typeof value === "string" ? value : value.char);
const replacing = (["string", "char"] as const).flatMap((found) =>
  (["string", "char"] as const).map((other) =>
    replaces("replace", ["string", found, other], (text, from: string | Char, to: string | Char) =>
      text.replaceAll(textOf(from), () => textOf(to)),
    ),
  ),
);

export const stringOverloads: readonly Overload[] = [
  gives("len", ["string"], length),
  gives("is_empty", ["string"], (text) => text === ""),
  gives("bytes", ["string"], (text) => BigInt(Buffer.byteLength(text))),
  gives("chars", ["string"], (text) => chars(text).map((char) => ({ char }))),
  ...withText("contains", (text, found) => text.includes(found)),
  ...withText("starts_with", (text, found) => text.startsWith(found)),
  ...withText("ends_with", (text, found) => text.endsWith(found)),
  ...withText("index_of", (text, found) => indexOf(text, found)),
  gives("index_of", ["string", "string", "i64"], indexOf),
  gives("index_of", ["string", "char", "i64"], (text, { char }, start) => indexOf(text, char, start)),
  gives("sub_string", ["string", "i64"], (text, start) => part(text, start, wholeRest(text))),
  gives("sub_string", ["string", "i64", "i64"], part),
  gives("sub_string", ["string", "range"], rangePart),
  gives("sub_string", ["string", "range="], rangePart),
  gives("split", ["string"], (text) => text.split(/\s+/).filter((piece) => piece !== "")),
  ...withText("split", (text, by) => text.split(by)),
  gives("split", ["string", "string", "i64"], splitInto),
  gives("split", ["string", "char", "i64"], (text, { char }, most) => splitInto(text, char, most)),
  gives("split", ["string", "i64"], splitAt),
  gives("to_upper", ["string"], upper),
  gives("to_lower", ["string"], lower),
  gives("to_upper", ["char"], ({ char }) => ({ char: upper(char) })),
  gives("to_lower", ["char"], ({ char }) => ({ char: lower(char) })),
  gives("parse_int", ["string"], parsed),
  gives("parse_float", ["string"], parsedFloat),
  replaces("make_upper", ["string"], upper),
  replaces("make_lower", ["string"], lower),
  replaces("trim", ["string"], (text) => text.trim()),
  replaces("clear", ["string"], () => ""),
  replaces("append", ["string", "string"], (text, more) => text + more),
  replaces("append", ["string", "char"], (text, { char }) => text + char),
  replaces("truncate", ["string", "i64"], (text, size) => part(text, 0n, size)),
  replaces("remove", ["string", "string"], (text, found) => text.replaceAll(found, "")),
  replaces("remove", ["string", "char"], (text, { char }) => text.replaceAll(char, "")),
  replaces("crop", ["string", "i64"], (text, start) => part(text, start, wholeRest(text))),
  replaces("crop", ["string", "i64", "i64"], part),
  replaces("crop", ["string", "range"], rangePart),
  replaces("crop", ["string", "range="], rangePart),
  replaces("pad", ["string", "i64", "char"], (text, size, { char }) => pad(text, size, char)),
  replaces("pad", ["string", "i64", "string"], pad),
  ...replacing,
];
