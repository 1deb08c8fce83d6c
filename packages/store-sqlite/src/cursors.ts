import { decodeCursor, type PageRequest } from "@miroir/store-contract";

/** The text a list by name goes on after; before any name for the first page, since no key is empty. */
export function nameCursor(page: PageRequest): string {
  return page.cursor === undefined ? "" : (decodeCursor(page.cursor, ["string"])[0] as string);
}

/** The number a list in growing order goes on after. */
export function numberCursor(page: PageRequest): number {
  return page.cursor === undefined ? -1 : (decodeCursor(page.cursor, ["number"])[0] as number);
}

/** The time and name that a list, newest first, goes on before. */
export function newestCursor(page: PageRequest): { at: number; name: string } {
  if (page.cursor === undefined) return { at: Number.MAX_SAFE_INTEGER, name: "" };
  const [at, name] = decodeCursor(page.cursor, ["number", "string"]);
  return { at: at as number, name: name as string };
}
