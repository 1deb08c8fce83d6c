import { MAX_SHARD } from "@miroir/schema";
import { z } from "zod";
import { textProblem } from "./json-input.ts";

export { json, jsonObjectInput, jsonOf } from "./json-input.ts";

export const MAX_KEY_BYTES = 1024;
export const MAX_TEXT_BYTES = 64 * 1024;
export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_UID = 2 ** 31 - 1;

const bytes = (text: string): number => Buffer.byteLength(text, "utf8");

/**
 * Text that every backend gives back as it was: well-formed Unicode (a lone surrogate has no UTF-8) without NUL. One look at it that finds
 * the first problem: a chain of zod's checks would cost more than the rest of a call's way to the backend.
 */
function text(maxBytes: number, mayBeEmpty = true) {
  const problemOf = (value: string): string | null => {
    if (!mayBeEmpty && value === "") return "must not be empty";
    return textProblem(value) ?? (bytes(value) <= maxBytes ? null : `must not be longer than ${maxBytes} bytes`);
  };
  return z
    .string()
    .refine((value) => problemOf(value) === null, { error: ({ input }) => problemOf(String(input)) ?? "" });
}

/** A part of a key: not empty, any other Unicode. */
export const keyText = text(MAX_KEY_BYTES, false);
/** A value that is kept and given back. */
export const valueText = text(MAX_TEXT_BYTES);
/** An answer or event kept whole. */
export const bodyText = text(MAX_BODY_BYTES);
/** -0 is 0: backends would give it back as one or the other. */
const withoutMinusZero = (value: number): number => value + 0;
export const uid = z.int().min(0).max(MAX_UID).overwrite(withoutMinusZero);
export const count = z.int().min(0).overwrite(withoutMinusZero);
export const positive = z.int().min(1);
export const shard = z.int().min(0).max(MAX_SHARD).overwrite(withoutMinusZero);
/** A point in time, ms since the epoch. */
export const time = z.int().min(0).overwrite(withoutMinusZero);
/** How long something lasts: at least 1 ms, at most ten years. */
export const durationMs = z
  .int()
  .min(1)
  .max(10 * 365 * 24 * 3600 * 1000);
export const sha256 = z
  .instanceof(Uint8Array)
  .refine((value) => value.length === 32, "must be 32 bytes")
  .transform((value) => Buffer.from(value));
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex");
/** How many rows one call may touch or return. */
export const MAX_BATCH = 1000;
export const batchLimit = z.int().min(1).max(MAX_BATCH);

const MAX_ENTRIES = 10_000;

/** An object whose keys are key parts. Not `z.record`, which loses the key `__proto__`. */
export const keyedBy = <T>(shape: z.ZodType<T>) =>
  z.unknown().transform((value, ctx): Record<string, T> => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      ctx.addIssue("must be an object");
      return z.NEVER;
    }
    const given = Object.entries(value);
    if (given.length > MAX_ENTRIES) ctx.addIssue(`must not have more than ${MAX_ENTRIES} entries`);
    const entries: [string, T][] = [];
    for (const [key, item] of given) {
      const [name, kept] = [keyText.safeParse(key), shape.safeParse(item)];
      if (name.success && kept.success) entries.push([key, kept.data]);
      for (const { message, path } of [...(name.error?.issues ?? []), ...(kept.error?.issues ?? [])]) {
        ctx.addIssue({ code: "custom", message, path: [key, ...path] });
      }
    }
    return Object.fromEntries(entries);
  });
