import type { Keyspace } from "@miroir/schema";
import { StoreError } from "@miroir/store-contract";
import { type Column, getTableColumns } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

export interface Field {
  /** The property's name in rows. */
  readonly property: string;
  /** The column's name in SQL, and the hash field's. */
  readonly name: string;
  readonly kind: "integer" | "text" | "boolean" | "json" | "blob";
  readonly nullable: boolean;
  readonly values: ReadonlySet<string> | null;
}

const KINDS: Record<string, Field["kind"]> = {
  SQLiteInteger: "integer",
  SQLiteText: "text",
  SQLiteBoolean: "boolean",
  SQLiteTextJson: "json",
  SQLiteBlobBuffer: "blob",
};

/** The hash fields of a table's rows, in column order. */
export function fieldsOf(table: SQLiteTable): Field[] {
  return Object.entries(getTableColumns(table)).map(([property, column]: [string, Column]) => {
    const kind = KINDS[column.columnType];
    if (kind === undefined) throw new Error(`no way to keep a ${column.columnType} column (${column.name})`);
    const values = column.enumValues === undefined ? null : new Set(column.enumValues);
    return { property, name: column.name, kind, nullable: !column.notNull, values };
  });
}

function encodeValue(kind: Field["kind"], value: unknown): string | Buffer {
  switch (kind) {
    case "json":
      return JSON.stringify(value);
    case "boolean":
      return value === true ? "1" : "0";
    case "blob":
      return Buffer.from(value as Uint8Array);
    default:
      return String(value);
  }
}

class BadField extends Error {}

function decodeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || String(number) !== text) throw new BadField("is not an integer");
  return number;
}

function decodeValue({ kind, values }: Field, value: string | Buffer): unknown {
  if (kind === "blob") return Buffer.from(value);
  const text = typeof value === "string" ? value : value.toString();
  switch (kind) {
    case "integer":
      return decodeInteger(text);
    case "boolean":
      if (text !== "1" && text !== "0") throw new BadField("is not a boolean");
      return text === "1";
    case "json":
      try {
        return JSON.parse(text);
      } catch {
        throw new BadField("is not JSON");
      }
    case "text":
      if (values !== null && !values.has(text)) throw new BadField("is none of its allowed values");
      return text;
  }
}

/** Names and values that a server gave: one after the other, or as one text with NULs between them (scripts/includes/rows.lua). */
function fillIn(values: Map<string, string | Buffer>, given: readonly (string | Buffer)[] | Buffer): void {
  const flat = Buffer.isBuffer(given) ? given.toString().split("\0") : given;
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const name = flat[i] ?? "";
    // Columns' names are ASCII, which is read fastest as what it is.
    values.set(typeof name === "string" ? name : name.toString("latin1"), flat[i + 1] ?? "");
  }
}

export interface Codec<Row> {
  /** Hash fields and values, one after the other, of some columns; NULLs are left out. */
  encode(row: Partial<Row>): (string | Buffer)[];
  /**
   * @param flat fields and values as the server gives them, or the error it gave instead.
   * @param key the row's key, for the error.
   * @param written fields and values that the server was given, and did not give back.
   * @throws StoreError corrupt_row, naming table, key and column.
   */
  decode(flat: unknown, key: readonly (string | number)[], written?: readonly (string | Buffer)[]): Row;
}

/** Turns rows of a table into hash fields and back: all it knows of the columns comes from the Drizzle table. */
export function createCodec<T extends SQLiteTable>(keyspace: Keyspace<T>): Codec<T["$inferSelect"]> {
  const fields = fieldsOf(keyspace.table);
  const table = keyspace.name;
  return {
    encode(row) {
      const flat: (string | Buffer)[] = [];
      for (const { property, name, kind } of fields) {
        const value: unknown = (row as Record<string, unknown>)[property];
        if (value !== null && value !== undefined) flat.push(name, encodeValue(kind, value));
      }
      return flat;
    },
    decode(flat, key, written = []) {
      const corrupt = (what: string, cause?: unknown) =>
        new StoreError("corrupt_row", `${table} ${JSON.stringify(key)}: ${what}`, { table, key, cause });
      if (!Array.isArray(flat) && !Buffer.isBuffer(flat)) throw corrupt("is not a hash", flat);
      const values = new Map<string, string | Buffer>();
      fillIn(values, written);
      fillIn(values, flat);
      const row: Record<string, unknown> = {};
      for (const field of fields) {
        const value = values.get(field.name);
        if (value === undefined) {
          if (!field.nullable) throw corrupt(`${field.name} is missing`);
          row[field.property] = null;
          continue;
        }
        try {
          row[field.property] = decodeValue(field, value);
        } catch (error) {
          if (error instanceof BadField) throw corrupt(`${field.name} ${error.message}`);
          throw error;
        }
      }
      return row as T["$inferSelect"];
    },
  };
}
