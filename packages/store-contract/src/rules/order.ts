import type { Page, PageRequest } from "../page.ts";
import { DEFAULT_LIMIT, encodeCursor } from "../page.ts";

type KeyPart = string | number;

/** The order of text in every list: by UTF-8 bytes, which is by code point (JavaScript's own `<` is not, past U+FFFF). */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The order of keys, part by part. */
export function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    const order =
      typeof left === "number" && typeof right === "number" ? left - right : compareText(`${left}`, `${right}`);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export const pageLimit = (request: PageRequest): number => request.limit ?? DEFAULT_LIMIT;

/**
 * The page of the first `limit` of these rows. Give one row more than `limit`, where there is one: that is how the last page
 * is told from the others.
 */
export function toPage<T>(rows: readonly T[], limit: number, position: (row: T) => readonly KeyPart[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null };
}
