import { type Read, readInteger, readNumber, readString, wrongType } from "./readers.ts";

const INTEGER = /^\+?\d+$/;

export const queryInteger =
  (max = 2 ** 64): Read<number> =>
  (value, place) => {
    const text = readString(value, place);
    if (!INTEGER.test(text)) throw wrongType(place, "a positive integer", value);
    return readInteger(0, max)(Number(text), place);
  };

export const queryNumber =
  (min: number, max: number): Read<number> =>
  (value, place) => {
    const text = readString(value, place);
    if (text.trim() === "" || !Number.isFinite(Number(text))) throw wrongType(place, "a number", value);
    return readNumber(min, max)(Number(text), place);
  };

export const queryBoolean: Read<boolean> = (value, place) => {
  if (value === "true") return true;
  if (value === "false") return false;
  throw wrongType(place, "`true` or `false`", value);
};

/** Values between commas; an empty text is an empty list. */
export const queryList =
  <T>(item: Read<T>): Read<T[]> =>
  (value, place) => {
    const text = readString(value, place);
    return text === "" ? [] : text.split(",").map((member) => item(member, place));
  };

/** A list like any other, or everything: a `*` anywhere in it. */
export const queryListOrStar =
  <T>(item: Read<T>): Read<T[] | "*"> =>
  (value, place) =>
    readString(value, place).split(",").includes("*") ? "*" : queryList(item)(value, place);

/** Sort rules between commas; the comma inside `_geoPoint(1,2):asc` does not separate. */
export const querySort: Read<string[]> = (value, place) => {
  const text = readString(value, place);
  return text === "" ? [] : text.split(/,(?![^(]*\))/).map((rule) => rule.trim());
};
