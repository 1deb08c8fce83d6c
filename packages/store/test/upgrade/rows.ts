import { type MovableTable, rowKeyText, type Store } from "@miroir/store-contract";

type Value = null | boolean | number | string | { readonly hex: string } | readonly Value[] | { [key: string]: Value };

/** A value with the keys of its objects in one order, and blobs as hex. */
function plain(value: unknown): Value {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value as Value;
  const entries = Object.entries(value).map(([key, part]): [string, Value] => [key, plain(part)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The rows of some tables: a line of JSON for each column of each row, `table.column key value`, sorted. */
export type Listing = readonly string[];

/**
 * Lists rows as they are, those past their deadline too.
 * @throws Error for a row that cannot be read.
 */
export async function listRows(store: Store, tables: readonly MovableTable[]): Promise<Listing> {
  const lines: string[] = [];
  for (const table of tables) {
    for (let cursor: string | undefined; ; ) {
      const { items, unreadable, next } = await store.rows.read(table, { cursor, limit: 100 });
      if (unreadable.length > 0) throw new Error(`${table}: ${JSON.stringify(unreadable)}`);
      for (const row of items) {
        const key = rowKeyText(table, { ...row });
        for (const [column, value] of Object.entries(row)) {
          lines.push(`${table}.${column} ${key} ${JSON.stringify(plain(value))}`);
        }
      }
      if (next === null) break;
      cursor = next;
    }
  }
  return lines.sort();
}
