import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "./json-characters.ts";

/**
 * Cutting JSON text without rebuilding it. Documents go through the gateway as the text the client wrote, because
 * JSON.parse + JSON.stringify would change them: integers above 2^53, `1.0`, the order of integer-like keys.
 *
 * The text is expected to be valid JSON (or its pieces to be parsed afterwards). Broken structure is a SyntaxError;
 * what stands inside scalars is not checked. Positions are indexes into the given text, ends are exclusive.
 */

export type JsonField = { key: string; keyStart: number; valueStart: number; valueEnd: number };

export type JsonItem = { start: number; end: number };

const broken = (what: string, at: number): SyntaxError => new SyntaxError(`Expected ${what} at position ${at}`);

/** The position of the first character at or after `at` that is no JSON white space. */
export const skipSpace = (text: string, at: number): number => {
  let position = at;
  while (isSpace(text.charCodeAt(position))) position++;
  return position;
};

/** The end of the string whose opening quote is at `start`. */
const stringEnd = (text: string, start: number): number => {
  let quote = text.indexOf('"', start + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  throw broken("a closing quote", text.length);
};

const scalarEnd = (text: string, start: number): number => {
  let position = start;
  for (; position < text.length; position++) {
    const char = text.charCodeAt(position);
    if (
      char === COMMA ||
      char === CLOSE_BRACE ||
      char === CLOSE_BRACKET ||
      char === OPEN_BRACE ||
      char === OPEN_BRACKET ||
      char === COLON ||
      char === QUOTE ||
      isSpace(char)
    )
      break;
  }
  if (position === start) throw broken("a value", start);
  return position;
};

const containerEnd = (text: string, start: number): number => {
  const closers: number[] = [];
  let position = start;
  while (position < text.length) {
    const char = text.charCodeAt(position);
    if (char === QUOTE) {
      position = stringEnd(text, position);
      continue;
    }
    if (char === OPEN_BRACE) closers.push(CLOSE_BRACE);
    else if (char === OPEN_BRACKET) closers.push(CLOSE_BRACKET);
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (closers.pop() !== char) throw broken("a matching bracket", position);
      if (closers.length === 0) return position + 1;
    }
    position++;
  }
  throw broken("a closing bracket", text.length);
};

/** The end of the value that begins at `start` (white space before it is skipped). */
export const valueEnd = (text: string, start = 0): number => {
  const position = skipSpace(text, start);
  const char = text.charCodeAt(position);
  if (char === QUOTE) return stringEnd(text, position);
  if (char === OPEN_BRACE || char === OPEN_BRACKET) return containerEnd(text, position);
  return scalarEnd(text, position);
};

const unquoted = (text: string, start: number, end: number): string => {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes("\\") ? (JSON.parse(text.slice(start, end)) as string) : raw;
};

/**
 * Goes through the object that begins at `start`, each field once: `read` is told its key and where its value begins, and returns where
 * that ends (`valueEnd` knows, unless `read` went through the value itself). Duplicates are all given, in the order of the text.
 *
 * @returns where the object ends
 */
export const eachField = (
  text: string,
  start: number,
  read: (key: string, valueStart: number, keyStart: number) => number,
): number => {
  let position = skipSpace(text, start);
  if (text.charCodeAt(position) !== OPEN_BRACE) throw broken("an object", position);
  position = skipSpace(text, position + 1);
  if (text.charCodeAt(position) === CLOSE_BRACE) return position + 1;
  for (;;) {
    if (text.charCodeAt(position) !== QUOTE) throw broken("a key", position);
    const keyStart = position;
    const keyEnd = stringEnd(text, keyStart);
    position = skipSpace(text, keyEnd);
    if (text.charCodeAt(position) !== COLON) throw broken("a colon", position);
    const valueStart = skipSpace(text, position + 1);
    position = skipSpace(text, read(unquoted(text, keyStart, keyEnd), valueStart, keyStart));
    const char = text.charCodeAt(position);
    if (char === CLOSE_BRACE) return position + 1;
    if (char !== COMMA) throw broken("a comma or a closing brace", position);
    position = skipSpace(text, position + 1);
  }
};

/** Goes through the array that begins at `start` as `eachField` goes through an object. @returns where the array ends */
export const eachItem = (text: string, start: number, read: (itemStart: number) => number): number => {
  let position = skipSpace(text, start);
  if (text.charCodeAt(position) !== OPEN_BRACKET) throw broken("an array", position);
  position = skipSpace(text, position + 1);
  if (text.charCodeAt(position) === CLOSE_BRACKET) return position + 1;
  for (;;) {
    position = skipSpace(text, read(position));
    const char = text.charCodeAt(position);
    if (char === CLOSE_BRACKET) return position + 1;
    if (char !== COMMA) throw broken("a comma or a closing bracket", position);
    position = skipSpace(text, position + 1);
  }
};

/** The top-level fields of the object that begins at `start`, in the order of the text; duplicates are all given. */
export const objectFields = (text: string, start = 0): JsonField[] => {
  const fields: JsonField[] = [];
  eachField(text, start, (key, valueStart, keyStart) => {
    const end = valueEnd(text, valueStart);
    fields.push({ key, keyStart, valueStart, valueEnd: end });
    return end;
  });
  return fields;
};

/** The items of the array that begins at `start`, in order. */
export const arrayItems = (text: string, start = 0): JsonItem[] => {
  const items: JsonItem[] = [];
  eachItem(text, start, (itemStart) => {
    const end = valueEnd(text, itemStart);
    items.push({ start: itemStart, end });
    return end;
  });
  return items;
};

/** The top-level field of that name; the last one if it is written several times, as JSON.parse would choose. */
export const field = (text: string, name: string): JsonField | undefined => {
  let found: JsonField | undefined;
  for (const candidate of objectFields(text)) if (candidate.key === name) found = candidate;
  return found;
};

/** The text of the value of a top-level field. */
export const fieldText = (text: string, name: string): string | undefined => {
  const found = field(text, name);
  return found && text.slice(found.valueStart, found.valueEnd);
};

/** The object without those top-level fields; the very same string if it has none of them. */
export const withoutFields = (objectText: string, names: ReadonlySet<string>): string => {
  const kept: string[] = [];
  let removed = false;
  for (const { key, keyStart, valueEnd: end } of objectFields(objectText)) {
    if (names.has(key)) removed = true;
    else kept.push(objectText.slice(keyStart, end));
  }
  return removed ? `{${kept.join(",")}}` : objectText;
};

/** The object with more fields at its end. `fieldsJson` is their text without braces: `"a":1,"b":"x"`. */
export const appendFields = (objectText: string, fieldsJson: string): string => {
  if (fieldsJson === "") return objectText;
  const open = skipSpace(objectText, 0);
  const close = objectText.lastIndexOf("}");
  if (objectText.charCodeAt(open) !== OPEN_BRACE || close === -1) throw broken("an object", open);
  const separator = skipSpace(objectText, open + 1) === close ? "" : ",";
  return objectText.slice(0, close) + separator + fieldsJson + objectText.slice(close);
};
