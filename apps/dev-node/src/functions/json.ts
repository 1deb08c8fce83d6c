import type { JsonTree } from "../engine/json-tree.ts";
import { isJsonNumber, parseJsonTree } from "../engine/json-tree.ts";
import type { Value } from "./values.ts";
import { sortedEntries } from "./values.ts";

/** A JSON text as a value: integers beyond 64 bits become floats, and null becomes `()`. */
export const fromJson = (text: string): Value => toValue(parseJsonTree(text));

function toValue(tree: JsonTree): Value {
  if (tree === null || typeof tree === "boolean" || typeof tree === "string") return tree;
  if (Array.isArray(tree)) return tree.map(toValue);
  if (!isJsonNumber(tree)) return new Map(Object.entries(tree).map(([key, member]) => [key, toValue(member)]));
  if (!/^-?\d+$/.test(tree.text)) return tree.value;
  const integer = BigInt(tree.text);
  return BigInt.asIntN(64, integer) === integer ? integer : tree.value;
}

/** A value as JSON text. Floats keep a fraction or an exponent, as a node's serializer writes them. */
export function toJson(value: Value): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return floatJson(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(",")}]`;
  if (value instanceof Map) {
    const members = sortedEntries(value).map(([key, member]) => `${JSON.stringify(key)}:${toJson(member)}`);
    return `{${members.join(",")}}`;
  }
  if ("char" in value) return JSON.stringify(value.char);
  return JSON.stringify(`${value.from}..${value.to}`);
}

function floatJson(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const [, exponent] = value.toExponential().split("e") as [string, string];
  const isPlain = value === 0 || (Number(exponent) >= -5 && Number(exponent) < 16);
  if (!isPlain) return value.toExponential();
  return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : value}.0` : String(value);
}
