import { type JsonValue, jsonObject, jsonValue } from "@miroir/schema";
import { z } from "zod";

export const MAX_KEY_BYTES = 1024;
export const MAX_TEXT_BYTES = 64 * 1024;
export const MAX_JSON_BYTES = 1024 * 1024;
export const MAX_UID = 2 ** 31 - 1;

const bytes = (text: string): number => Buffer.byteLength(text, "utf8");

/** Text that every backend gives back as it was: well-formed Unicode (a lone surrogate has no UTF-8) without NUL. */
const text = (maxBytes: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), "must not hold lone surrogates")
    .refine((value) => !value.includes("\0"), "must not hold NUL")
    .refine((value) => bytes(value) <= maxBytes, `must not be longer than ${maxBytes} bytes`);

/** A part of a key: not empty, any other Unicode. */
export const keyText = text(MAX_KEY_BYTES).refine((value) => value.length > 0, "must not be empty");
/** A value that is kept and given back. */
export const valueText = text(MAX_TEXT_BYTES);
/** An answer or event kept whole. */
export const bodyText = text(MAX_JSON_BYTES);
export const uid = z.int().min(0).max(MAX_UID);
export const count = z.int().min(0);
export const positive = z.int().min(1);
/** A point in time, ms since the epoch. */
export const time = z.int().min(0);
/** How long something lasts: at least 1 ms, at most ten years. */
export const durationMs = z
  .int()
  .min(1)
  .max(10 * 365 * 24 * 3600 * 1000);
export const sha256 = z.instanceof(Uint8Array).refine((value) => value.length === 32, "must be 32 bytes");
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex");
/** How many rows one call may touch or return. */
export const batchLimit = z.int().min(1).max(1000);

const serializes = (value: JsonValue): boolean => {
  const json = JSON.stringify(value);
  return json.isWellFormed() && !json.includes("\\u0000") && !/\\ud[89a-f]/i.test(json);
};
const small = (value: JsonValue): boolean => bytes(JSON.stringify(value)) <= MAX_JSON_BYTES;

export const json = jsonValue
  .refine(serializes, "must not hold NUL or lone surrogates")
  .refine(small, `must not be longer than ${MAX_JSON_BYTES} bytes as JSON`);
export const jsonObjectInput = jsonObject
  .refine(serializes, "must not hold NUL or lone surrogates")
  .refine(small, `must not be longer than ${MAX_JSON_BYTES} bytes as JSON`);
