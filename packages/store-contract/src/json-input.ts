import type { JsonObject, JsonValue } from "@miroir/schema";
import { z } from "zod";

export const MAX_JSON_BYTES = 1024 * 1024;
/** How deep JSON may nest: every backend and every reader on the way recurses. */
export const MAX_JSON_DEPTH = 200;

class Refusal extends Error {}

/** Text that has a UTF-8 form and that every backend gives back as it was. */
export function textProblem(text: string): string | null {
  if (!text.isWellFormed()) return "must not hold lone surrogates";
  if (text.includes("\0")) return "must not hold NUL";
  return null;
}

function checkText(text: string): string {
  const problem = textProblem(text);
  if (problem !== null) throw new Refusal(problem);
  return text;
}

/** A copy that JSON text gives back the same: no -0, no holes, and `__proto__` a key like any other (zod's own records lose it). */
function copy(value: unknown, depth: number): JsonValue {
  if (depth > MAX_JSON_DEPTH) throw new Refusal(`must not nest deeper than ${MAX_JSON_DEPTH}`);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return checkText(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Refusal("must hold finite numbers only");
    return value === 0 ? 0 : value;
  }
  if (Array.isArray(value)) return Array.from(value, (item) => copy(item, depth + 1));
  if (typeof value !== "object" || !isPlain(value)) throw new Refusal("must be JSON");
  const copied: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const kept = copy(item, depth + 1);
    // Assigned, it would set what the object inherits from.
    if (checkText(key) !== "__proto__") copied[key] = kept;
    else Object.defineProperty(copied, key, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return copied;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Reads JSON at the door. The result is a copy. */
export const json = z.unknown().transform((value, ctx): JsonValue => {
  try {
    const copied = copy(value, 0);
    if (Buffer.byteLength(JSON.stringify(copied)) <= MAX_JSON_BYTES) return copied;
    ctx.addIssue(`must not be longer than ${MAX_JSON_BYTES} bytes as JSON`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ctx.addIssue(error.message);
  }
  return z.NEVER;
});

export const jsonObjectInput = json.transform((value, ctx): JsonObject => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  ctx.addIssue("must be a JSON object");
  return z.NEVER;
});

/** JSON of a shape that a table keeps. The shape only judges: what it makes of the value may have lost the key `__proto__`. */
export const jsonOf = <T>(shape: z.ZodType<T>) =>
  json.transform((value, ctx): T => {
    const result = shape.safeParse(value);
    if (result.success) return value as T;
    for (const { message, path } of result.error.issues) ctx.addIssue({ code: "custom", message, path });
    return z.NEVER;
  });
