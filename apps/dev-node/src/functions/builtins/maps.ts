import type { Value } from "../values.ts";
import { copyOf, sortedEntries } from "../values.ts";
import type { Overload } from "./overload.ts";
import { changes, gives } from "./overload.ts";

export const mapOverloads: readonly Overload[] = [
  gives("len", ["map"], (map) => BigInt(map.size)),
  gives("is_empty", ["map"], (map) => map.size === 0),
  gives("contains", ["map", "string"], (map, key) => map.has(key)),
  gives("get", ["map", "string"], (map, key) => copyOf(map.get(key) ?? null)),
  gives("keys", ["map"], (map) => sortedEntries(map).map(([key]): Value => key)),
  gives("values", ["map"], (map) => sortedEntries(map).map(([, value]) => copyOf(value))),
  changes("set", ["map", "string", "any"], (map, key, value) => {
    map.set(key, value);
    return null;
  }),
  changes("remove", ["map", "string"], (map, key) => {
    const value = map.get(key) ?? null;
    map.delete(key);
    return value;
  }),
  changes("clear", ["map"], (map) => {
    map.clear();
    return null;
  }),
  changes("mixin", ["map", "map"], (map, others) => {
    for (const [key, value] of others) map.set(key, value);
    return null;
  }),
  changes("fill_with", ["map", "map"], (map, others) => {
    for (const [key, value] of others) if (!map.has(key)) map.set(key, value);
    return null;
  }),
];
