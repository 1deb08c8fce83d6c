import { z } from "zod";
import { StoreError } from "./errors.ts";
import { batchLimit } from "./input.ts";

/** Which part of a list is wanted. `limit` is 1 to 1000, 20 unless told. */
export interface PageRequest {
  /** The `next` of the page before; absent for the first page. */
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** A part of a list; text is in the order of its UTF-8 bytes. `next` is `null` on the last page; a page may be short of `limit` only there. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export const DEFAULT_LIMIT = 20;
export const pageRequest = z.strictObject({ cursor: z.string().max(8192).optional(), limit: batchLimit.optional() });

/** The place after a row, as opaque text: the row's position in the list's order. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

const kinds = { string: z.string(), number: z.number() } as const;

/**
 * Reads a cursor back, one value for each of `shape`.
 * @throws StoreError invalid_argument when the text is not a cursor of this list.
 */
export function decodeCursor(cursor: string, shape: readonly (keyof typeof kinds)[]): (string | number)[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (!Array.isArray(position) || position.length !== shape.length) throw new Error("wrong length");
    return shape.map((kind, i) => kinds[kind].parse(position[i]));
  } catch (cause) {
    throw new StoreError("invalid_argument", "the cursor is not one that this list gave", { cause });
  }
}
