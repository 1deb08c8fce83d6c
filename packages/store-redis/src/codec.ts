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

function decodeValue(field: Field, value: Buffer): unknown {
  switch (field.kind) {
    case "integer":
      return decodeInteger(value.toString());
    case "boolean": {
      const text = value.toString();
      if (text !== "1" && text !== "0") throw new BadField("is not a boolean");
      return text === "1";
    }
    case "json":
      try {
        return JSON.parse(value.toString());
      } catch {
        throw new BadField("is not JSON");
      }
    case "blob":
      return value;
    case "text": {
      const text = value.toString();
      if (field.values !== null && !field.values.has(text)) throw new BadField("is none of its allowed values");
      return text;
    }
  }
}

export interface Codec<Row> {
  /** Hash fields and values, one after the other, of some columns; NULLs are left out. */
  encode(row: Partial<Row>): (string | Buffer)[];
  /**
   * @param flat fields and values as the server gives them, or the error it gave instead.
   * @param key the row's key, for the error.
   * @throws StoreError corrupt_row, naming table, key and column.
   */
  decode(flat: unknown, key: readonly (string | number)[]): Row;
}

/** Turns rows of a table into hash fields and back: all it knows of the columns comes from the Drizzle table. */
export function createCodec<T extends SQLiteTable>(keyspace: Keyspace<T>): Codec<T["$inferSelect"]> {
  const fields = fieldsOf(keyspace.table);
  const table = keyspace.name;
  return {
    encode: (row) =>
      fields.flatMap(({ property, name, kind }) => {
        const value: unknown = (row as Record<string, unknown>)[property];
        return value === null || value === undefined ? [] : [name, encodeValue(kind, value)];
      }),
    decode(flat, key) {
      const corrupt = (what: string, cause?: unknown) =>
        new StoreError("corrupt_row", `${table} ${JSON.stringify(key)}: ${what}`, { table, key, cause });
      if (!Array.isArray(flat)) throw corrupt("is not a hash", flat);
      const values = new Map<string, Buffer>();
      for (let i = 0; i < flat.length; i += 2) values.set(String(flat[i]), flat[i + 1]);
      const row: [string, unknown][] = fields.map((field) => {
        const value = values.get(field.name);
        if (value === undefined) {
          if (!field.nullable) throw corrupt(`${field.name} is missing`);
          return [field.property, null];
        }
        try {
          return [field.property, decodeValue(field, value)];
        } catch (error) {
          if (error instanceof BadField) throw corrupt(`${field.name} ${error.message}`);
          throw error;
        }
      });
      return Object.fromEntries(row) as T["$inferSelect"];
    },
  };
}
