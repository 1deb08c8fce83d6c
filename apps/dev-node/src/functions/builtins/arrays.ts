import { FunctionError } from "../function-error.ts";
import { isEqual } from "../operators.ts";
import type { Types, Value } from "../values.ts";
import { copyOf, typeOf } from "../values.ts";
import type { Overload } from "./overload.ts";
import { changes, gives } from "./overload.ts";

/** Where a place that may be counted from the end is; the length where it is behind the last item. */
function offset(array: readonly Value[], place: bigint): number {
  const size = BigInt(array.length);
  const counted = place < 0n ? size + place : place;
  return Number(counted < 0n ? 0n : counted > size ? size : counted);
}

function part(array: readonly Value[], start: bigint, count: bigint): Value[] {
  const from = offset(array, start);
  return count <= 0n ? [] : (copyOf(array.slice(from, from + Number(count))) as Value[]);
}

function rangePart(array: readonly Value[], { from, to, inclusive }: Types["range"]): Value[] {
  const start = from < 0n ? 0n : from;
  return part(array, start, to - start + (inclusive ? 1n : 0n));
}

function indexOf(array: readonly Value[], value: Value, start = 0n): bigint {
  const from = offset(array, start);
  return BigInt(array.findIndex((item, place) => place >= from && isEqual(item, value)));
}

/** Values of one type that has an order; others stay as they are. */
function sort(array: Value[]): null {
  const types = new Set(array.map(typeOf));
  if (types.size > 1) throw new FunctionError("Function not found: elements of different types cannot be sorted");
  if (![...types].every((type) => SORTED.has(type))) return null;
  array.sort((a, b) => compare(keyOf(a), keyOf(b)));
  return null;
}
const SORTED = new Set(["i64", "f64", "bool", "string", "char"]);
const keyOf = (value: Value): string | number | bigint | boolean =>
  typeof value === "object" ? (value as Types["char"]).char : value;
const compare = <Key extends string | number | bigint | boolean>(a: Key, b: Key): number =>
  typeof a === "string" ? Buffer.compare(Buffer.from(a), Buffer.from(String(b))) : a < b ? -1 : a > b ? 1 : 0;

function dedup(array: Value[]): null {
  const kept = array.filter((item, place) => place === 0 || !isEqual(item, array[place - 1] as Value));
  array.splice(0, array.length, ...kept);
  return null;
}

export const arrayOverloads: readonly Overload[] = [
  gives("len", ["array"], (array) => BigInt(array.length)),
  gives("is_empty", ["array"], (array) => array.length === 0),
  gives("contains", ["array", "any"], (array, value) => array.some((item) => isEqual(item, value))),
  gives("index_of", ["array", "any"], (array, value) => indexOf(array, value)),
  gives("index_of", ["array", "any", "i64"], indexOf),
  gives("get", ["array", "i64"], (array, place) => copyOf(array[offset(array, place)] ?? null)),
  gives("extract", ["array", "i64"], (array, start) => part(array, start, BigInt(array.length))),
  gives("extract", ["array", "i64", "i64"], part),
  gives("extract", ["array", "range"], rangePart),
  gives("extract", ["array", "range="], rangePart),
  changes("set", ["array", "i64", "any"], (array, place, value) => {
    const at = offset(array, place);
    if (at < array.length) array[at] = value;
    return null;
  }),
  changes("push", ["array", "any"], (array, value) => {
    array.push(value);
    return null;
  }),
  changes("append", ["array", "array"], (array, others) => {
    array.push(...others);
    return null;
  }),
  changes("insert", ["array", "i64", "any"], (array, place, value) => {
    array.splice(offset(array, place), 0, value);
    return null;
  }),
  changes("pop", ["array"], (array) => array.pop() ?? null),
  changes("shift", ["array"], (array) => array.shift() ?? null),
  changes("remove", ["array", "i64"], (array, place) => {
    const at = place < 0n ? BigInt(array.length) + place : place;
    return at < 0n || at >= BigInt(array.length) ? null : (array.splice(Number(at), 1)[0] ?? null);
  }),
  changes("clear", ["array"], (array) => {
    array.length = 0;
    return null;
  }),
  changes("truncate", ["array", "i64"], (array, size) => {
    if (size < BigInt(array.length)) array.length = size < 0n ? 0 : Number(size);
    return null;
  }),
  changes("reverse", ["array"], (array) => {
    array.reverse();
    return null;
  }),
  changes("sort", ["array"], sort),
  changes("dedup", ["array"], dedup),
];
