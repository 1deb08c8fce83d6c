import { MOVABLE_TABLES, type MovableTable, rowKey, type Store } from "@miroir/store-contract";
import { AUDITS } from "./audits.ts";
import type { TableProgress } from "./copy.ts";
import { createTableDigest, rowDigest, type TableDigest } from "./digest.ts";
import type { Problem } from "./problem.ts";
import { pagesOf, type Row } from "./rows.ts";

export type { Problem } from "./problem.ts";

export interface CheckReport {
  readonly tables: readonly (TableDigest & { readonly table: MovableTable; readonly unreadable: number })[];
  readonly problems: readonly Problem[];
}

interface RowAudit {
  see(row: Row): string | null;
  finish(store: Store): Promise<string[]>;
}

/**
 * Reads every row of a store, and compares what the rows add up to with what the store derives from them (counts, sizes, counters).
 * Changes nothing. A store that is written to meanwhile may be said to disagree with itself.
 * @throws StoreError when the store cannot be read at all.
 */
export async function checkStore(
  store: Store,
  onProgress: (progress: TableProgress) => void = () => {},
): Promise<CheckReport> {
  const sizes = await store.sizes();
  const total = MOVABLE_TABLES.reduce((sum, table) => sum + sizes[table], 0);
  const problems: Problem[] = [];
  const tables: CheckReport["tables"][number][] = [];
  let done = 0;
  for (const table of MOVABLE_TABLES) {
    // The rows of a table are those its audit is for.
    const audit = AUDITS[table]?.() as RowAudit | undefined;
    const digest = createTableDigest();
    let unreadable = 0;
    for await (const page of pagesOf(store, table)) {
      for (const { key, reason } of page.unreadable) problems.push({ table, key, problem: reason });
      for (const row of page.items) {
        digest.add(rowDigest(row));
        const problem = audit?.see(row) ?? null;
        if (problem !== null) problems.push({ table, key: rowKey(table, row), problem });
      }
      unreadable += page.unreadable.length;
      done += page.items.length + page.unreadable.length;
      onProgress({ phase: "check", table, done, total });
    }
    const found = digest.result();
    if (found.rows + unreadable !== sizes[table]) {
      const counts = `the store says ${sizes[table]} rows, and ${found.rows + unreadable} were found`;
      problems.push({ table, key: null, problem: counts });
    }
    for (const problem of (await audit?.finish(store)) ?? []) problems.push({ table, key: null, problem });
    tables.push({ table, ...found, unreadable });
  }
  return { tables, problems };
}
