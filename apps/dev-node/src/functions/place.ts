import { findOverload, PROPERTIES } from "./builtins/index.ts";
import { FunctionError } from "./function-error.ts";
import type { ObjectMap, Value } from "./values.ts";
import { MAX_ITEMS, typeOf } from "./values.ts";

/** Where a value is: a variable, a part of one, or nowhere, where what is set is lost. */
export interface Place {
  readonly constant: boolean;
  get(): Value;
  set(value: Value): void;
}

export const nowhere = (value: Value): Place => ({ constant: false, get: () => value, set: () => undefined });

/** The member of what is in a place. Throws FunctionError where that has no such member. */
export function memberOf(parent: Place, name: string, at: number): Place {
  const owner = parent.get();
  return {
    constant: parent.constant,
    get() {
      if (owner instanceof Map) return owner.get(name) ?? null;
      const overload = PROPERTIES.has(name) ? findOverload(name, [owner]) : undefined;
      if (overload !== undefined) return overload.run([owner]).result;
      const type = typeOf(owner);
      throw new FunctionError(`Unknown property '${name}' - a getter is not registered for type '${type}'`, at);
    },
    set(value) {
      if (owner instanceof Map) {
        setIn(owner, name, value, at);
        return;
      }
      const why = `a setter is not registered for type '${typeOf(owner)}' to handle '${typeOf(value)}'`;
      throw new FunctionError(`No writable property '${name}' - ${why}`, at);
    },
  };
}

/** What is in a place at an index: an item of an array, a value of an object map, characters of a string. */
export function itemOf(parent: Place, index: Value, at: number): Place {
  const owner = parent.get();
  const { constant } = parent;
  if (owner instanceof Map) {
    if (typeof index !== "string") throw mismatch("string", index, at);
    return { constant, get: () => owner.get(index) ?? null, set: (value) => setIn(owner, index, value, at) };
  }
  if (Array.isArray(owner)) {
    if (typeof index !== "bigint") throw mismatch("i64", index, at);
    const place = placeIn(owner.length, index, ["Array", "array", "element"], at);
    return { constant, get: () => owner[place] ?? null, set: (value) => void owner.splice(place, 1, value) };
  }
  if (typeof owner === "string") return charactersOf(parent, owner, index, at);
  throw new FunctionError(`Indexer unavailable: ${typeOf(owner)} [${typeOf(index)}]`, at);
}

function setIn(map: ObjectMap, key: string, value: Value, at: number): void {
  map.set(key, value);
  if (map.size > MAX_ITEMS) throw new FunctionError("Size of object map too large", at);
}

function charactersOf({ constant, set }: Place, text: string, index: Value, at: number): Place {
  const range = typeOf(index).startsWith("range") ? findOverload("sub_string", [text, index]) : undefined;
  if (range !== undefined) return nowhere(range.run([text, index]).result);
  if (typeof index !== "bigint") throw mismatch("i64", index, at);
  const chars = [...text];
  const place = placeIn(chars.length, index, ["String", "string", "character"], at);
  return {
    constant,
    get: () => ({ char: chars[place] as string }),
    set(value) {
      if (typeOf(value) !== "char") throw mismatch("char", value, at);
      set(chars.with(place, (value as { char: string }).char).join(""));
    },
  };
}

/** Places below 0 are counted from the end. */
function placeIn(size: number, index: bigint, [title, whole, one]: [string, string, string], at: number): number {
  const place = Number(index < 0n ? BigInt(size) + index : index);
  if (place >= 0 && place < size) return place;
  const has = size === 0 ? `${whole} is empty` : `only ${size} ${one}${size === 1 ? "" : "s"} in ${whole}`;
  throw new FunctionError(`${title} index ${index} out of bounds: ${has}`, at);
}

const mismatch = (expected: string, found: Value, at: number): FunctionError =>
  new FunctionError(`Data type incorrect: ${typeOf(found)} (expecting ${expected})`, at);
