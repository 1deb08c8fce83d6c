import { KEYSPACES, type Keyspace, tasks } from "@miroir/schema";
import {
  decodeCursor,
  encodeCursor,
  type MovableTable,
  type RawRows,
  rowKey,
  StoreError,
  type UnreadableRow,
} from "@miroir/store-contract";
import Database from "better-sqlite3";
import { asc, eq, getTableColumns, type SQLChunk, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { columnsOf, createCodec, keyOf, pick, type RawRow } from "./codec.ts";
import type { Context, Sync } from "./context.ts";
import { createRows, type KeyPart } from "./rows.ts";
import { build, param, type Values } from "./statements.ts";
import { createTaskCounts, type TaskKind } from "./task-counts.ts";

/** The statements of one table, made when it is first asked for. */
function createRawTable(context: Context, name: MovableTable) {
  // One shape for all tables: what each of them holds is known to the door.
  const keyspace = KEYSPACES[name] as unknown as Keyspace<SQLiteTable>;
  const { table } = keyspace;
  const key: readonly string[] = keyspace.key;
  const columns = getTableColumns(table);
  const keyColumns = key.map((part) => columns[part] as SQLiteColumn);
  const order = keyColumns.map((column) => asc(column));
  const select = () => build.select(columnsOf(table)).from(table);
  const list = (parts: SQLChunk[]) => sql.join(parts, sql`, `);
  const first = context.sql.raw(
    select()
      .orderBy(...order)
      .limit(param("limit")),
  );
  const after = context.sql.raw(
    select()
      .where(sql`(${list(keyColumns)}) > (${list(key.map((part) => sql`${param(part)}`))})`)
      .orderBy(...order)
      .limit(param("limit")),
  );
  const kinds = keyColumns.map((column) => (column.dataType === "number" ? "number" : "string"));

  return {
    rows: createRows<SQLiteTable>(context, keyspace),
    codec: createCodec(table, key),
    key,
    /** @throws StoreError invalid_argument for what is no cursor of this table. */
    raws(cursor: string | undefined, limit: number): RawRow[] {
      if (cursor === undefined) return first.all({ limit }) as RawRow[];
      const place = decodeCursor(cursor, kinds);
      const values = key.map((part, i): [string, unknown] => {
        const isBlob = keyColumns[i]?.columnType === "SQLiteBlobBuffer";
        return [part, isBlob ? Buffer.from(String(place[i]), "hex") : place[i]];
      });
      return after.all({ ...Object.fromEntries(values), limit }) as RawRow[];
    },
  };
}

const DEFAULT_LIMIT = 20;
const isConstraint = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT");

export function createRawRows(context: Context): Sync<RawRows> {
  const tables = new Map<MovableTable, ReturnType<typeof createRawTable>>();
  const tableOf = (name: MovableTable) => {
    const table = tables.get(name) ?? createRawTable(context, name);
    tables.set(name, table);
    return table;
  };
  const counts = createTaskCounts(context);
  const kindOf = context.sql.raw(
    build
      .select(pick(tasks, "status", "type", "indexUid"))
      .from(tasks)
      .where(eq(tasks.uid, param("uid"))),
  );

  /** Deletes a row, and what was counted of it. */
  function remove(name: MovableTable, row: Values): boolean {
    const { rows, key } = tableOf(name);
    const kind = name === "tasks" ? (kindOf.first({ uid: row.uid }) as TaskKind | undefined) : undefined;
    if (kind !== undefined) counts.add(kind, -1);
    return rows.delete(...key.map((part) => row[part] as KeyPart));
  }

  function insert(name: MovableTable, row: Values): void {
    try {
      tableOf(name).rows.insert(row as never);
    } catch (cause) {
      if (!isConstraint(cause)) throw cause;
      const table = KEYSPACES[name].name;
      const place = { table, key: rowKey(name, row), cause };
      throw new StoreError("already_exists", `${table} ${place.key.join(", ")}: another row has what it has`, place);
    }
    if (name === "tasks") counts.add(row as unknown as TaskKind, 1);
  }

  return {
    read(name, { cursor, limit = DEFAULT_LIMIT }) {
      const { raws, codec, key } = tableOf(name);
      const found = raws(cursor, limit + 1);
      const last = found.length > limit ? found[limit - 1] : undefined;
      const next = last === undefined ? null : encodeCursor(keyOf(last, key));
      const items: never[] = [];
      const unreadable: UnreadableRow[] = [];
      for (const raw of found.slice(0, limit)) {
        const place = keyOf(raw, key);
        try {
          items.push(codec.decode(raw) as never);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          unreadable.push({ key: place, reason: error.message });
        }
      }
      return { items, unreadable, next };
    },
    write({ table, rows }) {
      // All go before any comes: of rows that swap what only one may have, none stands in another's way.
      for (const row of rows) remove(table, row as unknown as Values);
      for (const row of rows) insert(table, row as unknown as Values);
      context.forget();
    },
    clear: (name, limit) =>
      tableOf(name)
        .raws(undefined, limit)
        .filter((row) => remove(name, row)).length,
  };
}
