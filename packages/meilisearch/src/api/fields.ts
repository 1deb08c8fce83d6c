import { type ErrorCode, MeilisearchError } from "../errors.ts";
import { isObject, type Place, type Read, wrongType } from "./readers.ts";

/** What may stand in an object: for every field, how to read it and the code of an error in it. */
export type FieldTable<T> = {
  readonly [K in keyof T]-?: { readonly code: ErrorCode; readonly read: Read<Exclude<T[K], undefined>> };
};

const unknownField = ({ source, path, code }: Place, name: string, known: readonly string[]): MeilisearchError => {
  const expected = `expected one of ${known.map((field) => `\`${field}\``).join(", ")}`;
  return new MeilisearchError(
    code,
    source === "query"
      ? `Unknown parameter \`${name}\`: ${expected}`
      : `Unknown field \`${name}\`${path === "" ? "" : ` inside \`${path}\``}: ${expected}`,
  );
};

/**
 * Reads the fields that are there, in the order they are written: with several errors, the first one is reported.
 * An unknown field or a value that is no object has the code of the place.
 */
export const readFields = <T extends object>(table: FieldTable<T>, value: unknown, place: Place): Partial<T> => {
  if (!isObject(value)) throw wrongType(place, "an object", value);
  const result: Partial<T> = {};
  for (const [name, member] of Object.entries(value)) {
    if (!Object.hasOwn(table, name)) throw unknownField(place, name, Object.keys(table));
    const key = name as keyof T;
    const path = place.source === "query" ? name : `${place.path}.${name}`;
    result[key] = table[key].read(member, { source: place.source, path, code: table[key].code });
  }
  return result;
};

/** Reads an object inside another one: every error in it has the code of the outer field. */
export const readInner =
  <T extends object>(readers: { readonly [K in keyof T]-?: Read<Exclude<T[K], undefined>> }): Read<Partial<T>> =>
  (value, place) => {
    const table = Object.fromEntries(
      Object.entries(readers).map(([name, read]) => [name, { code: place.code, read }]),
    ) as unknown as FieldTable<T>;
    return readFields(table, value, place);
  };

/** Reads a whole JSON body. */
export const readBody = <T extends object>(table: FieldTable<T>, body: unknown): Partial<T> =>
  readFields(table, body, { source: "body", path: "", code: "bad_request" });

/** Reads a query string; of a parameter given twice, the last counts. */
export const readQuery = <T extends object>(table: FieldTable<T>, params: URLSearchParams): Partial<T> =>
  readFields(table, Object.fromEntries(params), { source: "query", path: "", code: "bad_request" });
