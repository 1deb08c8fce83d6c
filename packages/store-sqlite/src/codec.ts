import { StoreError } from "@miroir/store-contract";
import { type Column, getTableColumns, getTableName, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";

/** A row as the driver gives it, under the property names of its table: JSON as text, booleans as 0 and 1. */
export type RawRow = Record<string, unknown>;

type Selection<T extends SQLiteTable, K extends keyof T["_"]["columns"]> = {
  [P in K]: SQL.Aliased<T["_"]["columns"][P]["_"]["data"] | NullWhenOptional<T["_"]["columns"][P]>>;
};
type NullWhenOptional<C extends Column> = C["_"]["notNull"] extends true ? never : null;

/** Columns named by their property instead of their SQL name, so that the driver itself builds the row object. */
export function pick<T extends SQLiteTable, K extends keyof T["_"]["columns"] & string>(
  table: T,
  ...names: readonly K[]
): Selection<T, K> {
  const columns = getTableColumns(table);
  return Object.fromEntries(names.map((name) => [name, sql`${columns[name]}`.as(name)])) as Selection<T, K>;
}

/** All columns of a table, for a row that `createCodec` decodes. */
export const columnsOf = <T extends SQLiteTable>(table: T): Selection<T, keyof T["_"]["columns"] & string> =>
  pick(table, ...(Object.keys(getTableColumns(table)) as (keyof T["_"]["columns"] & string)[]));

interface Field {
  readonly name: string;
  readonly nullable: boolean;
  readonly kind: "number" | "string" | "boolean" | "json" | "buffer";
  readonly values: ReadonlySet<unknown> | null;
}

const KINDS: Record<string, Field["kind"]> = {
  SQLiteInteger: "number",
  SQLiteText: "string",
  SQLiteBoolean: "boolean",
  SQLiteTextJson: "json",
  SQLiteBlobBuffer: "buffer",
};

function fieldOf(name: string, column: Column): Field {
  const kind = KINDS[column.columnType];
  if (kind === undefined) throw new Error(`no way to read a ${column.columnType} column (${column.name})`);
  return { name, nullable: !column.notNull, kind, values: column.enumValues ? new Set(column.enumValues) : null };
}

/** Turns a cell into its value in place. @returns what is wrong with it, or `null`. */
function decodeField(row: RawRow, field: Field): string | null {
  const value = row[field.name];
  // Most cells end here.
  if (typeof value === field.kind && field.values === null) return null;
  if (value === null) return field.nullable ? null : "is missing";
  switch (field.kind) {
    case "number":
      return typeof value === "number" ? null : "is not a number";
    case "string":
      if (typeof value !== "string") return "is not text";
      return field.values === null || field.values.has(value) ? null : "is none of its allowed values";
    case "boolean":
      row[field.name] = value === 1;
      return value === 1 || value === 0 ? null : "is not a boolean";
    case "buffer":
      return Buffer.isBuffer(value) ? null : "is not a blob";
    case "json":
      try {
        row[field.name] = JSON.parse(value as string);
        return null;
      } catch {
        return "is not JSON";
      }
  }
}

/**
 * The same for a whole row, as code of its own: a loop over the fields looks each property up by a name that changes, which made lists
 * cost a third more. It decodes the row and says `true`, or leaves it untouched and says `false`; JSON that does not parse throws, which
 * leaves it untouched too. The code is made of the schema's property names and allowed values only.
 */
function compileDecoder(fields: readonly Field[]): (row: RawRow, parse: (text: string) => unknown) => boolean {
  const checks = fields.map(({ name, nullable, kind, values }, i) => {
    const allowed =
      values === null ? null : [...values].map((value) => `c${i} === ${JSON.stringify(value)}`).join(" || ");
    const fits = {
      number: `typeof c${i} === "number"`,
      string: allowed === null ? `typeof c${i} === "string"` : `(${allowed})`,
      boolean: `(c${i} === 0 || c${i} === 1)`,
      buffer: `c${i} instanceof Uint8Array`,
      json: `typeof c${i} === "string"`,
    }[kind];
    return `const c${i} = row[${JSON.stringify(name)}]; if (!(${nullable ? `c${i} === null || ` : ""}${fits})) return false;`;
  });
  const decoded = fields.flatMap(({ name, kind }, i) => {
    if (kind === "boolean") return [{ name, i, code: `c${i} === null ? null : c${i} === 1` }];
    return kind === "json" ? [{ name, i, code: `c${i} === null ? null : parse(c${i})` }] : [];
  });
  const lines = [
    ...checks,
    ...decoded.map(({ i, code }) => `const d${i} = ${code};`),
    ...decoded.map(({ name, i }) => `row[${JSON.stringify(name)}] = d${i};`),
    "return true;",
  ];
  return new Function("row", "parse", lines.join("\n")) as (row: RawRow, parse: (text: string) => unknown) => boolean;
}

export interface Codec<Row> {
  /** Decodes in place: the raw row becomes the row. @throws StoreError corrupt_row, naming table, key and column. */
  decode(raw: RawRow): Row;
}

/**
 * Reads rows of a table selected with `columnsOf`, checking each cell against its column: SQLite itself would keep text in an integer column.
 * @param key property names of the primary key
 */
export function createCodec<T extends SQLiteTable>(table: T, key: readonly string[]): Codec<T["$inferSelect"]> {
  const fields = Object.entries(getTableColumns(table)).map(([name, column]) => fieldOf(name, column));
  const decodeQuickly = compileDecoder(fields);
  const isDecoded = (raw: RawRow): boolean => {
    try {
      return decodeQuickly(raw, JSON.parse);
    } catch {
      return false;
    }
  };
  return {
    decode(raw) {
      if (isDecoded(raw)) return raw as T["$inferSelect"];
      for (const field of fields) {
        const wrong = decodeField(raw, field);
        if (wrong !== null) throw corruptRow(getTableName(table), keyOf(raw, key), `${field.name} ${wrong}`);
      }
      return raw as T["$inferSelect"];
    },
  };
}

/** The same bytes as a buffer; between threads a buffer loses its class. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The key of a row as errors and change hints show it: blobs as hex. */
export const keyOf = (row: RawRow, key: readonly string[]): (string | number)[] =>
  key.map((name) => {
    const part = row[name];
    if (part instanceof Uint8Array) return asBuffer(part).toString("hex");
    return typeof part === "number" ? part : String(part);
  });

const corruptRow = (table: string, key: (string | number)[], what: string): StoreError =>
  new StoreError("corrupt_row", `${table} ${key.join(", ")}: ${what}`, { table, key });
