import { KEYSPACES, type TableName } from "@miroir/schema";
import type { RowOf } from "../src/beside/raw-rows.ts";
import { compareKeys } from "../src/rules/order.ts";

export type Key = readonly (string | number)[];

/** The rows of one table by key. A row past its deadline is absent from everything but `size`. Rows are never changed in place. */
export interface ModelTable<Row> {
  get(...key: (string | number | Uint8Array)[]): Row | null;
  /** In key order. */
  all(): Row[];
  /** Expired rows too, in key order. */
  stored(): Row[];
  set(row: Row): void;
  /** @returns whether it was there. */
  delete(row: Row | null): boolean;
  /** Expired rows too. */
  size(): number;
  /** Deletes at most `limit` expired rows. @returns how many. */
  sweep(limit: number): number;
}

/** Digests are hex in keys. */
const keyPart = (value: unknown): string | number =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : typeof value === "number" ? value : String(value);

export function createTable<T extends TableName>(
  name: T,
  now: () => number,
  changed: (table: string, key: Key) => void,
): ModelTable<RowOf<T>> {
  const keyspace = KEYSPACES[name];
  const rows = new Map<string, RowOf<T>>();
  const field = (row: RowOf<T>, column: string): unknown => (row as Record<string, unknown>)[column];
  const keyOf = (row: RowOf<T>): Key => keyspace.key.map((column) => keyPart(field(row, column)));
  const live = (row: RowOf<T>): boolean => keyspace.deadline === null || Number(field(row, keyspace.deadline)) > now();
  const inOrder = () => [...rows.values()].sort((a, b) => compareKeys(keyOf(a), keyOf(b)));
  return {
    get(...key) {
      const row = rows.get(JSON.stringify(key.map(keyPart)));
      return row !== undefined && live(row) ? row : null;
    },
    all: () => inOrder().filter(live),
    stored: inOrder,
    set(row) {
      rows.set(JSON.stringify(keyOf(row)), row);
      changed(keyspace.name, keyOf(row));
    },
    delete(row) {
      if (row === null) return false;
      changed(keyspace.name, keyOf(row));
      return rows.delete(JSON.stringify(keyOf(row)));
    },
    size: () => rows.size,
    sweep(limit) {
      const expired = [...rows].filter(([, row]) => !live(row)).slice(0, limit);
      for (const [key] of expired) rows.delete(key);
      return expired.length;
    },
  };
}
