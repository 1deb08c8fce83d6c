import type { Keyspace } from "@miroir/schema";
import { and, asc, count, eq, getTableColumns, gt, lte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { columnsOf, keyOf, pick, type RawRow } from "./codec.ts";
import { type Context, isWatched } from "./context.ts";
import { build, param, type Values } from "./statements.ts";

export type KeyPart = string | number | Uint8Array;

/** What every table can do with its rows, whole. Writes are announced where the table is watched. */
export interface Rows<Row> {
  /** @throws StoreError corrupt_row. */
  get(...key: KeyPart[]): Row | null;
  /** Like `get`, and a row past its deadline is absent. */
  live(now: number, ...key: KeyPart[]): Row | null;
  insert(row: Row): void;
  /** Creates the row, or replaces it. */
  put(row: Row): void;
  /** @returns whether it was there. */
  delete(...key: KeyPart[]): boolean;
  /** How many there are, those past their deadline not counted. */
  count(now: number): number;
}

const columnOf = (table: SQLiteTable, name: string): SQLiteColumn => {
  const column = getTableColumns(table)[name];
  if (column === undefined) throw new Error(`no column ${name}`);
  return column as SQLiteColumn;
};

export function createRows<T extends SQLiteTable>(context: Context, keyspace: Keyspace<T>): Rows<T["$inferSelect"]> {
  type Row = T["$inferSelect"];
  // Drizzle's builders cannot follow a table that is a type parameter: the columns are the keyspace's own, so nothing is lost.
  const table: SQLiteTable = keyspace.table;
  const { sql: statements } = context;
  const names = Object.keys(getTableColumns(table));
  const key: readonly string[] = keyspace.key;
  const keyColumns = key.map((name) => columnOf(table, name));
  const deadline = keyspace.deadline === null ? null : columnOf(table, keyspace.deadline);
  const isKey = and(...keyColumns.map((column, i) => eq(column, param(key[i] as string)))) as SQL;
  const placeholders = Object.fromEntries(names.map((name) => [name, param(name)]));
  const replacements = Object.fromEntries(
    names
      .filter((name) => !key.includes(name))
      .map((name) => [name, sql`excluded.${sql.identifier(columnOf(table, name).name)}`]),
  );

  const select = statements.rows(keyspace, build.select(columnsOf(table)).from(table).where(isKey));
  const insertion = () => build.insert(table).values(placeholders as never);
  const insert = statements.raw(insertion());
  const upsert = statements.raw(insertion().onConflictDoUpdate({ target: keyColumns, set: replacements as never }));
  const remove = statements.raw(build.delete(table).where(isKey));
  const live = deadline === null ? undefined : gt(deadline, param("now"));
  const counted = statements.raw(
    build
      .select({ n: count().as("n") })
      .from(table)
      .where(live),
  );
  const watched = isWatched(keyspace.name);
  const announce = (row: RawRow) => {
    if (watched) context.changed(keyspace.name, keyOf(row, key));
  };
  const keyed = (parts: readonly KeyPart[]): Values => {
    const values: Record<string, unknown> = {};
    for (let i = 0; i < key.length; i++) values[key[i] as string] = parts[i];
    return values;
  };

  return {
    get: (...parts) => select.one(keyed(parts)),
    live: (now, ...parts) => {
      const row = select.one(keyed(parts));
      const isLive =
        row === null || deadline === null || ((row as RawRow)[keyspace.deadline as string] as number) > now;
      return isLive ? row : null;
    },
    insert: (row: Row) => {
      insert.run(row as RawRow);
      announce(row as RawRow);
    },
    put: (row: Row) => {
      upsert.run(row as RawRow);
      announce(row as RawRow);
    },
    delete: (...parts) => {
      const deleted = remove.run(keyed(parts)) > 0;
      if (deleted) announce(keyed(parts) as RawRow);
      return deleted;
    },
    count: (now) => counted.first({ now })?.n ?? 0,
  };
}

/**
 * Writes some columns of a row that is there. An upsert would touch the indexes of all columns, changed or not.
 * @param names the columns written
 */
export function createUpdate<T extends SQLiteTable>(
  context: Context,
  keyspace: Keyspace<T>,
  ...names: readonly (keyof T["$inferSelect"] & string)[]
): (row: Pick<T["$inferSelect"], (typeof names)[number]>) => void {
  const table: SQLiteTable = keyspace.table;
  const key: readonly string[] = keyspace.key;
  const changes = Object.fromEntries(names.map((name) => [name, param(name)]));
  const isKey = and(...key.map((name) => eq(columnOf(table, name), param(name))));
  const update = context.sql.raw(
    build
      .update(table)
      .set(changes as never)
      .where(isKey),
  );
  const watched = isWatched(keyspace.name);
  return (row) => {
    update.run(row as RawRow);
    if (watched) context.changed(keyspace.name, keyOf(row as RawRow, key));
  };
}

/**
 * Deletes rows that match, at most as many as the parameter `limit` says, and announces them.
 * @param where its parameters come with each call
 * @returns how many.
 */
export function createBatchDelete<T extends SQLiteTable>(
  context: Context,
  keyspace: Keyspace<T>,
  where: SQL,
  order: SQLiteColumn,
): (values: Values & { readonly limit: number }) => number {
  const table: SQLiteTable = keyspace.table;
  const key: readonly string[] = keyspace.key;
  const doomed = build
    .select({ rowid: sql`rowid`.as("rowid") })
    .from(table)
    .where(where)
    .orderBy(asc(order))
    .limit(param("limit"));
  const remove = context.sql.raw(
    build
      .delete(table)
      .where(sql`rowid in ${doomed}`)
      .returning(pick(table, ...key)),
  );
  return (values) => {
    const deleted = remove.all(values) as RawRow[];
    if (isWatched(keyspace.name)) for (const row of deleted) context.changed(keyspace.name, keyOf(row, key));
    return deleted.length;
  };
}

/** Deletes rows past their deadline, the longest past first. @returns how many. */
export function createSweep(
  context: Context,
  table: SQLiteTable,
  deadlineName: string | null,
): (now: number, limit: number) => number {
  if (deadlineName === null) return () => 0;
  const deadline = columnOf(table, deadlineName);
  const overdue = build
    .select({ rowid: sql`rowid`.as("rowid") })
    .from(table)
    .where(lte(deadline, param("now")))
    .orderBy(asc(deadline))
    .limit(param("limit"));
  const sweep = context.sql.raw(build.delete(table).where(sql`rowid in ${overdue}`));
  return (now, limit) => sweep.run({ now, limit });
}

/** How many rows a table has, those past their deadline too. */
export function createTotal(context: Context, table: SQLiteTable): () => number {
  const total = context.sql.raw(build.select({ n: count().as("n") }).from(table));
  return () => total.first({})?.n ?? 0;
}
