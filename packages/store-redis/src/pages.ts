import { encodeCursor, type Page, type PageRequest, pageLimit, StoreError } from "@miroir/store-contract";
import type { Reply } from "./commands.ts";
import type { Context } from "./context.ts";
import { nameCursor, newestCursor } from "./cursors.ts";
import { memberOf, partsOf } from "./keys.ts";
import type { Rows } from "./rows.ts";

/** A condition on a column, as scripts/includes/conditions.lua reads it. */
export type Condition =
  | readonly [column: string, operator: "in", texts: readonly string[]]
  | readonly [column: string, operator: "above" | "below", bound: number | "now"]
  | readonly [column: string, operator: "set"];

/** A row found, and its place in the list. */
export interface Found<Row> {
  readonly member: string;
  readonly row: Row;
}

/** The rows among keys and hashes that a script answered: those that cannot be read are reported, those that are gone passed over. */
export function readable<Row>(
  context: Context,
  rows: Rows<Row>,
  pairs: readonly unknown[],
  keyOf: (member: string) => readonly (string | number)[],
): Found<Row>[] {
  const found: Found<Row>[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const flat = pairs[i + 1];
    if (Array.isArray(flat) && flat.length === 0) continue;
    const member = String(pairs[i]);
    try {
      found.push({ member, row: rows.decode(flat, keyOf(member)) });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      context.onCorruptRow(error);
    }
  }
  return found;
}

/**
 * Collects one row more than a page has (that is how the last page is told from the others), through as many bounded searches as
 * that takes. @param search one search, from a place on: what it found, and where to go on from (`null` at the end).
 */
export async function collect<Row, From>(
  limit: number,
  start: From,
  search: (from: From, wanted: number) => Promise<{ found: readonly Found<Row>[]; next: From | null }>,
): Promise<Found<Row>[]> {
  const found: Found<Row>[] = [];
  let from: From | null = start;
  while (from !== null && found.length <= limit) {
    const step: { found: readonly Found<Row>[]; next: From | null } = await search(from, limit + 1 - found.length);
    found.push(...step.found);
    from = step.next;
  }
  return found;
}

/** The page of what `collect` found. */
export function pageOf<Row>(
  found: readonly Found<Row>[],
  limit: number,
  position: (found: Found<Row>) => readonly (string | number)[],
): Page<Row> {
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit).map(({ row }) => row),
    next: last === undefined ? null : encodeCursor(position(last)),
  };
}

/** A list by name: the rows whose last key part goes on after the cursor, of those whose members begin with `prefix`. */
export async function listByName<Row>(
  context: Context,
  rows: Rows<Row>,
  request: PageRequest,
  {
    index = rows.index(),
    of = [],
    conditions = [],
  }: { index?: string; of?: readonly string[]; conditions?: readonly Condition[] } = {},
): Promise<Page<Row>> {
  const limit = pageLimit(request);
  const prefix = of.length === 0 ? "" : memberOf(...of, "");
  const after = nameCursor(request);
  // Only a whole member can begin with the `_` that is doubled.
  const start = after === "" || prefix !== "" ? after : memberOf(after);
  const nameOf = (suffix: string) => (prefix === "" ? (partsOf(suffix, 1)[0] ?? "") : suffix);
  const found = await collect(limit, start, async (from, wanted) => {
    const { values } = await context.read({
      script: "list-rows",
      table: rows.name,
      keys: [index],
      args: [context.now(), prefix, from, wanted, JSON.stringify(conditions)],
    });
    const next = String(values[0]);
    const part = readable(context, rows, values.slice(1), (suffix) => [...of, nameOf(suffix)]);
    return { found: part, next: next === "" ? null : next };
  });
  return pageOf(found, limit, ({ member }) => [nameOf(member)]);
}

/** A list of named rows, newest first. */
export async function listNewest<Row extends { readonly createdAt: number }>(
  context: Context,
  rows: Rows<Row>,
  request: PageRequest,
  conditions: readonly Condition[] = [],
): Promise<Page<Row>> {
  const limit = pageLimit(request);
  const { at, name } = newestCursor(request);
  const keyOf = (member: string) => partsOf(member, 1);
  const start = { at: at === null ? "" : String(at), member: memberOf(name) };
  const found = await collect(limit, start, async (from, wanted) => {
    const { values }: Reply = await context.read({
      script: "list-newest",
      table: rows.name,
      keys: [rows.index()],
      args: [context.now(), from.at, from.member, wanted, JSON.stringify(conditions)],
    });
    const [member, time] = [String(values[0]), String(values[1])];
    const part = readable(context, rows, values.slice(2), keyOf);
    return { found: part, next: member === "" ? null : { at: time, member } };
  });
  return pageOf(found, limit, ({ member, row }) => [row.createdAt, ...keyOf(member)]);
}
