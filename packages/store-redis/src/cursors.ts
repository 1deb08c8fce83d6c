import { decodeCursor, type PageRequest } from "@miroir/store-contract";

/** The text a list by name goes on after; empty, which no key is, for the first page. */
export function nameCursor(page: PageRequest): string {
  return page.cursor === undefined ? "" : (decodeCursor(page.cursor, ["string"])[0] as string);
}

/** The number a list in growing or falling order goes on after; `null` for the first page. */
export function numberCursor(page: PageRequest): number | null {
  return page.cursor === undefined ? null : (decodeCursor(page.cursor, ["number"])[0] as number);
}

/** The time and name that a list, newest first, goes on after; no time for the first page. */
export function newestCursor(page: PageRequest): { at: number | null; name: string } {
  if (page.cursor === undefined) return { at: null, name: "" };
  const [at, name] = decodeCursor(page.cursor, ["number", "string"]);
  return { at: at as number, name: name as string };
}
