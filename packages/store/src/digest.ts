import { createHash } from "node:crypto";
import type { Row } from "./rows.ts";

/** A value with the keys of its objects in one order, and blobs as hex: equal values, whichever backend they come from, become one text. */
function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, canonical(part)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
}

/** SHA-256 of a row, hex. */
export const rowDigest = (row: Row): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical(row)))
    .digest("hex");

export interface TableDigest {
  readonly rows: number;
  /** 64 hex digits; the same for the same rows in any order. */
  readonly checksum: string;
}

const MODULUS = 1n << 256n;

/**
 * Digests a table whose rows come in any order: the sum of the rows' SHA-256 modulo 2^256 (AdHash; Bellare and Micciancio, "A new
 * paradigm for collision-free hashing", 1997). Unlike an exclusive or, a row that comes twice does not cancel itself.
 */
export function createTableDigest(): { add(digest: string): void; result(): TableDigest } {
  let [rows, sum] = [0, 0n];
  return {
    add(digest) {
      rows++;
      sum = (sum + BigInt(`0x${digest}`)) % MODULUS;
    },
    result: () => ({ rows, checksum: sum.toString(16).padStart(64, "0") }),
  };
}
