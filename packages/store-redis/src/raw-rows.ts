import { KEYSPACES, type Keyspace } from "@miroir/schema";
import {
  decodeCursor,
  encodeCursor,
  type MovableTable,
  pageLimit,
  type RawRows,
  rowKey,
  StoreError,
  type UnreadableRow,
} from "@miroir/store-contract";
import { getTableColumns } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Context } from "./context.ts";
import { memberOf, partsOf } from "./keys.ts";
import { createRows } from "./rows.ts";

type Row = Readonly<Record<string, unknown>>;

/** A cursor is how many rows come before: each row comes once as long as nobody writes, which is all that is promised. */
function placeOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const place = Number(decodeCursor(cursor, ["number"])[0]);
  if (Number.isSafeInteger(place) && place >= 0) return place;
  throw new StoreError("invalid_argument", "the cursor is not one that this list gave");
}

export function createRawRows(context: Context): RawRows {
  // One shape for all tables: what each of them holds is known to the door.
  const tableOf = (name: MovableTable) => createRows(context, KEYSPACES[name] as unknown as Keyspace<SQLiteTable>);

  /** The key of a row that cannot be read, as far as its member tells. */
  function keyOf(name: MovableTable, member: string): (string | number)[] {
    const { key, table } = KEYSPACES[name] as unknown as Keyspace;
    const columns = getTableColumns(table);
    return partsOf(member, key.length).map((part, i) =>
      columns[key[i] ?? ""]?.dataType === "number" ? Number(part) : part,
    );
  }

  return {
    async read(name, page) {
      const rows = tableOf(name);
      const [before, limit] = [placeOf(page.cursor), pageLimit(page)];
      const run = { script: "read-rows", table: rows.name, keys: [rows.index()], args: [before, limit + 1] };
      const { values } = await context.read(run);
      const items: never[] = [];
      const unreadable: UnreadableRow[] = [];
      for (let i = 0; i < Math.min(values.length, 2 * limit); i += 2) {
        const key = keyOf(name, String(values[i]));
        const flat = values[i + 1];
        if (Array.isArray(flat) && flat.length === 0) {
          unreadable.push({ key, reason: "it is in the index only" });
          continue;
        }
        try {
          items.push(rows.decode(flat, key) as never);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          unreadable.push({ key, reason: error.message });
        }
      }
      return { items, unreadable, next: values.length > 2 * limit ? encodeCursor([before + limit]) : null };
    },
    async write({ table: name, rows: given }, options) {
      const rows = tableOf(name);
      const keys = given.map((row: Row) => rowKey(name, row));
      const args = given.flatMap((row: Row, i) => {
        const fields = rows.encode(row);
        return [memberOf(...(keys[i] ?? [])), fields.length / 2, ...fields];
      });
      const rowKeys = keys.map((key) => rows.key(...key));
      await context.write({ script: "write-rows", table: rows.name, keys: [rows.index(), ...rowKeys], args }, options);
    },
    async clear(name, limit, options) {
      const rows = tableOf(name);
      const run = { script: "clear-rows", table: rows.name, keys: [rows.index()], args: [limit] };
      return Number((await context.write(run, options)).values[0]);
    },
  };
}
