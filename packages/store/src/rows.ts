import type { MovableTable, RawPage, RowBatch, Store } from "@miroir/store-contract";

/** A row whose table is only known at run time. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows of one step: what a page of large ones takes stays well within the time a backend gives a call. */
const PAGE_ROWS = 250;

/** All rows of a table, page by page. */
export async function* pagesOf(store: Store, table: MovableTable): AsyncGenerator<RawPage<Row>> {
  for (let cursor: string | undefined; ; ) {
    const page: RawPage<Row> = await store.rows.read(table, { cursor, limit: PAGE_ROWS });
    yield page;
    if (page.next === null) return;
    cursor = page.next;
  }
}

/** Writes rows that came from the same table of a store. */
export const writeRows = (store: Store, table: MovableTable, rows: readonly Row[]): Promise<void> =>
  store.rows.write({ table, rows } as unknown as RowBatch);

/** Deletes every row of a table. */
export async function clearTable(store: Store, table: MovableTable): Promise<void> {
  while ((await store.rows.clear(table, PAGE_ROWS)) === PAGE_ROWS);
}
