import type { Keyspace } from "@miroir/schema";
import { type Page, type PageRequest, pageLimit } from "@miroir/store-contract";
import { and, asc, gt, type SQL } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { columnsOf } from "./codec.ts";
import type { Context } from "./context.ts";
import { nameCursor } from "./cursors.ts";
import { build, param, type Values } from "./statements.ts";

/**
 * A list in the order of a text column that is the (last part of the) key.
 * @param name the property name of that column
 * @param where what else must hold; its parameters come with each call
 */
export function createNamedList<T extends SQLiteTable>(
  { sql }: Context,
  keyspace: Keyspace<T>,
  column: SQLiteColumn,
  name: string,
  where?: SQL,
): (page: PageRequest, values?: Values) => Page<T["$inferSelect"]> {
  const table: SQLiteTable = keyspace.table;
  const list = sql.rows(
    keyspace,
    build
      .select(columnsOf(table))
      .from(table)
      .where(and(where, gt(column, param("after"))))
      .orderBy(asc(column))
      .limit(param("limit")),
  );
  return (page, values = {}) => list.page({ ...values, after: nameCursor(page) }, pageLimit(page), [name]);
}
