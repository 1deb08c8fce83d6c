/** A JSON number with the text it was written in, so that `48.0` is indexed as "48.0" and big integers keep their digits. */
export interface JsonNumber {
  readonly jsonNumber: true;
  readonly value: number;
  readonly text: string;
}

export type JsonTree = null | boolean | string | JsonNumber | JsonTree[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonTree;
}

type SourceReviver = (key: string, value: unknown, context: { source?: string }) => unknown;

/** Parses JSON text without losing the form of its numbers. Throws SyntaxError as `JSON.parse` does. */
export function parseJsonTree(text: string): JsonTree {
  const revive: SourceReviver = (_key, value, context) =>
    typeof value === "number" ? { jsonNumber: true, value, text: context.source ?? String(value) } : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as JsonTree;
}

export function isJsonNumber(value: JsonTree): value is JsonNumber {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value.jsonNumber === true;
}

export function isJsonObject(value: JsonTree): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isJsonNumber(value);
}

/** How serde prints a number: integers as they are, floats always with a fraction. */
export function numberText(number: JsonNumber): string {
  if (/^-?\d+$/.test(number.text)) return number.text;
  const plain = String(number.value);
  return /[.eE]/.test(plain) ? plain : `${plain}.0`;
}

/**
 * Visits every value below a top-level field with its dotted path; array members share the path of their array.
 * `onBase` is false for members of an array.
 */
export function visitPaths(
  path: string,
  value: JsonTree,
  visit: (path: string, value: JsonTree, onBase: boolean) => void,
  onBase = true,
): void {
  visit(path, value, onBase);
  if (Array.isArray(value)) {
    for (const member of value) {
      if (isJsonObject(member)) visitChildren(path, member, visit);
      else visitPaths(path, member, visit, false);
    }
  } else if (isJsonObject(value)) {
    visitChildren(path, value, visit);
  }
}

function visitChildren(
  path: string,
  object: JsonObject,
  visit: (path: string, value: JsonTree, onBase: boolean) => void,
): void {
  for (const [key, child] of Object.entries(object)) visitPaths(`${path}.${key}`, child, visit);
}
