import { type ErrorCode, MeilisearchError } from "../errors.ts";

/** Where a value comes from, for the error it may deserve: a path such as `.hybrid.embedder`, or a query parameter. */
export type Place = { source: "body" | "query"; path: string; code: ErrorCode };

/** Turns an unknown value into a typed one, or throws a MeilisearchError with the code of its place. */
export type Read<T> = (value: unknown, place: Place) => T;

const describe = (value: unknown): string => {
  if (value === null) return "null";
  const kind = Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`;
  return `${kind}: \`${typeof value === "bigint" ? value : JSON.stringify(value, asNumber)}\``;
};

/** For JSON, which has no bigints. */
const asNumber = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value);

const at = ({ source, path }: Place): string => (source === "body" ? `at \`${path}\`` : `in parameter \`${path}\``);

export const wrongType = (place: Place, expected: string, value: unknown): MeilisearchError =>
  new MeilisearchError(
    place.code,
    `Invalid value type ${at(place)}: expected ${expected}, but found ${describe(value)}`,
  );

export const wrongValue = (place: Place, problem: string): MeilisearchError =>
  new MeilisearchError(place.code, `Invalid value ${at(place)}: ${problem}`);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const readString: Read<string> = (value, place) => {
  if (typeof value === "string") return value;
  throw wrongType(place, "a string", value);
};

export const readBoolean: Read<boolean> = (value, place) => {
  if (typeof value === "boolean") return value;
  throw wrongType(place, "a boolean", value);
};

/** An integer from `min` to `max`; a node counts in 64 bits unless a field says otherwise. */
export const readInteger =
  (min = 0, max = 2 ** 64): Read<number> =>
  (value, place) => {
    if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(place, "a positive integer", value);
    if (value < min || value > max) throw wrongValue(place, `\`${value}\` is not between \`${min}\` and \`${max}\``);
    return value;
  };

export const readNumber =
  (min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Read<number> =>
  (value, place) => {
    if (typeof value !== "number" || Number.isNaN(value)) throw wrongType(place, "a number", value);
    if (value < min || value > max) throw wrongValue(place, `the value must be between \`${min}\` and \`${max}\``);
    return value;
  };

export const readOneOf =
  <const T extends string>(values: readonly T[]): Read<T> =>
  (value, place) => {
    const text = readString(value, place);
    const found = values.find((candidate) => candidate === text);
    if (found !== undefined) return found;
    throw wrongValue(
      place,
      `unknown value \`${text}\`, expected one of ${values.map((known) => `\`${known}\``).join(", ")}`,
    );
  };

export const readArray =
  <T>(item: Read<T>): Read<T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) throw wrongType(place, "an array", value);
    return value.map((member: unknown, index) => item(member, { ...place, path: `${place.path}[${index}]` }));
  };

export const readRecord =
  <T>(item: Read<T>): Read<Record<string, T>> =>
  (value, place) => {
    if (!isObject(value)) throw wrongType(place, "an object", value);
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, item(member, { ...place, path: `${place.path}.${key}` })]),
    );
  };

export const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value, place) =>
    value === null ? null : read(value, place);
