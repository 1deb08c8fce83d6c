import { KEYSPACES, type TableName } from "@miroir/schema";
import type { RowOf } from "../src/beside/raw-rows.ts";
import { StoreError, type StoreErrorCode } from "../src/errors.ts";
import type { Page, PageRequest } from "../src/page.ts";
import { decodeCursor } from "../src/page.ts";
import { compareKeys, pageLimit, toPage } from "../src/rules/order.ts";
import { createTable, type Key, type ModelTable } from "./table.ts";

type Tables = { readonly [T in TableName]: ModelTable<RowOf<T>> };

/** What every part of the model works on. */
export interface Model {
  readonly tables: Tables;
  now(): number;
  /** The next of the numbers that are never given twice. */
  next(counter: string): number;
}

/** An interface of the contract, its methods answering at once: one call, one step. */
export type Sync<T> = {
  readonly [M in keyof T]: T[M] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

export function createModel(now: () => number, changed: (table: string, key: Key) => void): Model {
  const names = Object.keys(KEYSPACES) as TableName[];
  const tables = Object.fromEntries(names.map((name) => [name, createTable(name, now, changed)])) as unknown as Tables;
  return {
    tables,
    now,
    next(counter) {
      const next = tables.counters.get(counter)?.next ?? 0;
      tables.counters.set({ name: counter, next: next + 1 });
      return next;
    },
  };
}

export function refuse(code: StoreErrorCode, part: TableName, operation: string, key: Key, why: string): StoreError {
  const table = KEYSPACES[part].name;
  return new StoreError(code, `${table} ${JSON.stringify(key)}: ${why}`, { table, operation, key });
}

/** A page of rows that are in order already; `descending` says which way. */
export function pageOf<T>(
  rows: readonly T[],
  request: PageRequest,
  shape: readonly ("string" | "number")[],
  position: (row: T) => Key,
  descending = false,
): Page<T> {
  const limit = pageLimit(request);
  const after = request.cursor === undefined ? null : decodeCursor(request.cursor, shape);
  const rest =
    after === null
      ? rows
      : rows.filter((row) => {
          const order = compareKeys(position(row), after);
          return descending ? order < 0 : order > 0;
        });
  return toPage(rest.slice(0, limit + 1), limit, position);
}
