import { getTableColumns, getTableName } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/**
 * How the rows of a table are kept where there is no SQL: one hash a row, found through an index of keys.
 * Everything else about a row (its fields, their order, their kinds) is read from the Drizzle table itself.
 */
export interface Keyspace<T extends SQLiteTable = SQLiteTable> {
  readonly table: T;
  /** The table's name in SQL, and the `{tag}` of its Redis keys. */
  readonly name: string;
  /** Property names of the primary key, in key order. */
  readonly key: readonly ColumnOf<T>[];
  /** `set`: named rows without an order. `sorted`: keys scored by a column, for rows listed in order or swept by deadline. */
  readonly index: { readonly kind: "set" } | { readonly kind: "sorted"; readonly by: ColumnOf<T> };
  /** The column after which (at or before now) a row counts as absent; `null` for rows that do not expire. */
  readonly deadline: ColumnOf<T> | null;
}

type ColumnOf<T extends SQLiteTable> = keyof T["_"]["columns"] & string;

/**
 * Declares the keyspace of a table.
 * @throws Error when a named column is not one of the table's, which only a cast could cause.
 */
export function keyspace<T extends SQLiteTable>(
  table: T,
  options: {
    key: readonly ColumnOf<T>[];
    sortedBy?: ColumnOf<T>;
    deadline?: ColumnOf<T>;
  },
): Keyspace<T> {
  const columns = getTableColumns(table);
  for (const name of [...options.key, options.sortedBy, options.deadline]) {
    if (name !== undefined && !(name in columns)) throw new Error(`${getTableName(table)} has no column ${name}`);
  }
  return {
    table,
    name: getTableName(table),
    key: options.key,
    index: options.sortedBy === undefined ? { kind: "set" } : { kind: "sorted", by: options.sortedBy },
    deadline: options.deadline ?? null,
  };
}
