import type { Keyspace } from "@miroir/schema";
import type { WriteOptions } from "@miroir/store-contract";
import { getTableColumns } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { type Codec, createCodec } from "./codec.ts";
import type { Argument, Reply } from "./commands.ts";
import type { Context } from "./context.ts";
import { type KeyPart, memberOf, partText } from "./keys.ts";

type ErrorKey = readonly (string | number)[];

/** What every table can do with its rows. */
export interface Rows<Row> extends Codec<Row> {
  /** The table's name in SQL. */
  readonly name: string;
  key(...key: readonly KeyPart[]): string;
  /** `_index`, or another of the table's. */
  index(name?: string, ...of: readonly KeyPart[]): string;
  /** A row that a script answered, whose key is known. What it answers as `added` goes with the columns it was given, `written`. */
  one(reply: Reply, key: ErrorKey, written?: readonly (string | Buffer)[]): Row;
  /** A row that a script answered; no fields at all are no row. */
  oneOrNone(reply: Reply, key: ErrorKey): Row | null;
  /** @returns `null` when there is none, or it is past its deadline. @throws StoreError corrupt_row. */
  get(...key: readonly KeyPart[]): Promise<Row | null>;
  /** Runs a script that writes one row, which is KEYS[3]. */
  write(
    script: string,
    key: readonly KeyPart[],
    run: { readonly keys?: readonly string[]; readonly args?: readonly Argument[] },
    options: WriteOptions | undefined,
  ): Promise<Reply>;
  /** Deletes a row and its key in the table's index and in `indexes`. @returns whether it was there. */
  delete(
    key: readonly KeyPart[],
    options: WriteOptions | undefined,
    more?: { readonly indexes?: readonly string[]; readonly expected?: readonly [column: string, value: number] },
  ): Promise<boolean>;
}

/** The key of a row as errors show it: blobs as hex. */
export const errorKey = (key: readonly KeyPart[]): (string | number)[] =>
  key.map((part) => (typeof part === "number" ? part : partText(part)));

export function createRows<T extends SQLiteTable>(context: Context, keyspace: Keyspace<T>): Rows<T["$inferSelect"]> {
  type Row = T["$inferSelect"];
  const codec = createCodec(keyspace);
  const { name } = keyspace;
  const deadline = keyspace.deadline === null ? "" : columnName(keyspace, keyspace.deadline);

  const rowKey = (...key: readonly KeyPart[]) => context.keys.row(name, ...key);
  const index = (which?: string, ...of: readonly KeyPart[]) => context.keys.index(name, which, ...of);
  const oneOrNone = ({ values: [flat] }: Reply, key: ErrorKey): Row | null =>
    (Array.isArray(flat) || Buffer.isBuffer(flat)) && flat.length === 0 ? null : codec.decode(flat, key);
  const write: Rows<Row>["write"] = (script, key, { keys = [], args = [] }, options) =>
    context.write({ script, table: name, key: errorKey(key), keys: [rowKey(...key), ...keys], args }, options);

  return {
    ...codec,
    name,
    key: rowKey,
    index,
    one: ({ code, values: [flat] }, key, written) => codec.decode(flat, key, code === "added" ? written : undefined),
    oneOrNone,
    write,
    async get(...key) {
      if (deadline === "") {
        const place = { table: name, key: errorKey(key) };
        const flat = await context.send(place, "HGETALL", rowKey(...key));
        return oneOrNone({ code: "row", values: [flat] }, place.key);
      }
      const run = { script: "get-row", table: name, key: errorKey(key), keys: [rowKey(...key)] };
      return oneOrNone(await context.read({ ...run, args: [context.now(), deadline] }), run.key);
    },
    async delete(key, options, { indexes = [], expected } = {}) {
      const [column, value] = expected ?? ["", ""];
      const args = [memberOf(...key), deadline, column, value];
      const { values } = await write("delete-row", key, { keys: [index(), ...indexes], args }, options);
      return values[0] === 1;
    },
  };
}

/** The SQL name of a property's column. */
export function columnName(keyspace: { readonly table: SQLiteTable; readonly name: string }, property: string): string {
  const column = getTableColumns(keyspace.table)[property];
  if (column === undefined) throw new Error(`${keyspace.name} has no column ${property}`);
  return column.name;
}
