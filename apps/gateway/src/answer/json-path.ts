import { arrayItems, fieldText, objectFields } from "@miroir/meilisearch";

/**
 * The texts of all scalars a dotted path leads to in a document (JSON text), through nested objects, keys that hold dots
 * themselves, and arrays at any level.
 */
export function scalarsAt(objectText: string, path: string): string[] {
  const found: string[] = [];
  const whole = fieldText(objectText, path);
  if (whole !== undefined) collectScalars(whole, found);
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const inner = fieldText(objectText, path.slice(0, dot));
    if (inner === undefined) continue;
    for (const object of objectsIn(inner)) found.push(...scalarsAt(object, path.slice(dot + 1)));
  }
  return found;
}

/**
 * The document without the value a dotted path leads to, nor the objects that held nothing else; the very same string when
 * there is none.
 */
export function withoutPath(objectText: string, path: string): string {
  const kept: string[] = [];
  let isChanged = false;
  for (const { key, keyStart, valueStart, valueEnd } of objectFields(objectText)) {
    const value = objectText.slice(valueStart, valueEnd);
    if (key === path) {
      isChanged = true;
      continue;
    }
    const inner = path.startsWith(`${key}.`) ? withoutInner(value, path.slice(key.length + 1)) : value;
    if (inner !== value) isChanged = true;
    if (inner !== value && EMPTY.test(inner)) continue;
    kept.push(objectText.slice(keyStart, valueStart) + inner);
  }
  return isChanged ? `{${kept.join(",")}}` : objectText;
}

/** An object without members, or an array of such. */
const EMPTY = /^(\{\}|\[(\{\},?)*\])$/;

function withoutInner(value: string, path: string): string {
  if (value.startsWith("{")) return withoutPath(value, path);
  if (!value.startsWith("[")) return value;
  const items = Array.from(arrayItems(value), ({ start, end }) => value.slice(start, end));
  const changed = items.map((item) => withoutInner(item, path));
  return changed.some((item, index) => item !== items[index]) ? `[${changed.join(",")}]` : value;
}

function* objectsIn(value: string): Generator<string> {
  if (value.startsWith("{")) yield value;
  if (!value.startsWith("[")) return;
  for (const { start, end } of arrayItems(value)) yield* objectsIn(value.slice(start, end));
}

function collectScalars(value: string, into: string[]): void {
  if (value.startsWith("{")) return;
  if (!value.startsWith("[")) into.push(value);
  else for (const { start, end } of arrayItems(value)) collectScalars(value.slice(start, end), into);
}
