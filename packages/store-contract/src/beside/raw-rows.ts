import { KEYSPACES, type TableName } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";
import { rowShape } from "./row-shapes.ts";

/** A table whose rows are moved as they are: all but the counts, which every store derives from the tasks. */
export type MovableTable = Exclude<TableName, "taskCounts">;
export const MOVABLE_TABLES: readonly MovableTable[] = (Object.keys(KEYSPACES) as TableName[]).filter(
  (name): name is MovableTable => name !== "taskCounts",
);

export type RowOf<T extends TableName> = (typeof KEYSPACES)[T]["table"]["$inferSelect"];

/** Rows of one table, as they are. No key twice, at most 1000. */
export type RowBatch = {
  readonly [T in MovableTable]: { readonly table: T; readonly rows: readonly RowOf<T>[] };
}[MovableTable];

/** A row that is there and cannot be read. */
export interface UnreadableRow {
  /** In key order; digests as hex. */
  readonly key: readonly (string | number)[];
  readonly reason: string;
}

/** `items` and `unreadable` together are as many as the page's limit, unless it is the last. */
export interface RawPage<T> extends Page<T> {
  readonly unreadable: readonly UnreadableRow[];
}

/**
 * Rows without their meaning, for moving and comparing stores. Every method is one atomic step.
 * Not part of this contract: whether rows of different tables fit together; what is written must come from a store.
 */
export interface RawRows {
  /**
   * Every row, those past their deadline too, in an order of the backend's own: each row once, as long as nobody writes. `next` is
   * `null` on the last page.
   */
  read<T extends MovableTable>(table: T, page: PageRequest): Promise<RawPage<RowOf<T>>>;
  /**
   * Puts rows exactly as they are, in place of those with the same keys; all or none. What is derived from rows (counts, indexes)
   * follows. @throws already_exists when another row has what only one may have: a physical uid, a job's place, the dedupe key of an
   * unfinished job.
   */
  write(batch: RowBatch, options?: WriteOptions): Promise<void>;
  /** Deletes at most `limit` rows of the table, readable or not. @returns how many; fewer than `limit` means none is left. */
  clear(table: MovableTable, limit: number, options?: WriteOptions): Promise<number>;
}

/** A row's key as one text: no two rows of a table have the same. */
export function rowKeyText(table: TableName, row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(rowKey(table, row));
}

/** A row's key, part by part; digests as hex. */
export function rowKey(table: TableName, row: Readonly<Record<string, unknown>>): (string | number)[] {
  return KEYSPACES[table].key.map((column) => {
    const part = row[column];
    if (part instanceof Uint8Array) return Buffer.from(part).toString("hex");
    return typeof part === "number" ? part : String(part);
  });
}

const MAX_ROWS = 1000;
const movableTable = z.enum(MOVABLE_TABLES);

function batchShape(table: MovableTable) {
  const rows = z
    .array(rowShape(table))
    .max(MAX_ROWS)
    .refine(
      (given) => new Set(given.map((row) => rowKeyText(table, row as Record<string, unknown>))).size === given.length,
      "must name no key twice",
    );
  return z.strictObject({ table: z.literal(table), rows });
}

/** Made when first needed: a gateway may never write a row this way. */
const batch = z.lazy(() => {
  const [first, ...rest] = MOVABLE_TABLES.map(batchShape);
  if (first === undefined) throw new TypeError("there are no tables");
  return z.discriminatedUnion("table", [first, ...rest]);
});

export const rawRowsMethods: MethodSpecs<RawRows> = {
  read: read(movableTable, pageRequest),
  write: write(batch),
  clear: write(movableTable, batchLimit),
};
