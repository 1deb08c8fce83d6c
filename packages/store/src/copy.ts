import { MOVABLE_TABLES, type MovableTable, rowKeyText, type Store, StoreError } from "@miroir/store-contract";
import { createTableDigest, rowDigest, type TableDigest } from "./digest.ts";
import type { Problem } from "./problem.ts";
import { clearTable, pagesOf, writeRows } from "./rows.ts";

/** Where a walk over the tables is. */
export interface TableProgress {
  readonly phase: "copy" | "verify" | "check";
  readonly table: MovableTable;
  /** Rows of all tables seen in this phase. */
  readonly done: number;
  /** Rows of all tables at the start. */
  readonly total: number;
}

export interface CopyOptions {
  /** Deletes what the target holds first. */
  readonly overwrite?: boolean | undefined;
  /** Goes on with a copy that was interrupted: rows already there are passed over. */
  readonly resume?: boolean | undefined;
  readonly onProgress?: ((progress: TableProgress) => void) | undefined;
}

export interface CopiedTable extends TableDigest {
  readonly table: MovableTable;
  /** How many rows this run wrote; the others were there already. */
  readonly written: number;
  /** What the target holds after the copy. */
  readonly target: TableDigest;
}

export interface CopyReport {
  readonly tables: readonly CopiedTable[];
  /** Rows that could not be read, and tables that differ. Empty when the target holds what the source held. */
  readonly problems: readonly Problem[];
}

/**
 * Copies every row from one store to another, of any backend, and reads the target back to compare. Nobody may write to either
 * meanwhile: a difference that this makes is reported like any other.
 * @throws StoreError already_exists when the target is not empty and neither `overwrite` nor `resume` is set, nothing changed;
 * invalid_argument for both at once; whatever the stores throw, after which `resume` goes on.
 */
export async function copyStore(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> {
  const { overwrite = false, resume = false, onProgress = () => {} } = options;
  if (overwrite && resume) throw new StoreError("invalid_argument", "a copy is resumed or overwrites, not both");
  const present = await sizesOf(to);
  if (!overwrite && !resume) refuseNonEmpty(present);
  const total = [...(await sizesOf(from)).values()].reduce((sum, size) => sum + size, 0);
  if (overwrite) for (const table of MOVABLE_TABLES) await clearTable(to, table);

  const problems: Problem[] = [];
  let done = 0;
  const copied = [];
  for (const table of MOVABLE_TABLES) {
    const known = resume ? await digestsOf(to, table) : new Map<string, string>();
    const digest = createTableDigest();
    let written = 0;
    for await (const { items, unreadable } of pagesOf(from, table)) {
      const news = items.filter((row) => {
        const text = rowDigest(row);
        digest.add(text);
        return known.get(rowKeyText(table, row)) !== text;
      });
      if (news.length > 0) await writeRows(to, table, news);
      written += news.length;
      for (const { key, reason } of unreadable) problems.push({ table, key, problem: `was not copied: ${reason}` });
      done += items.length + unreadable.length;
      onProgress({ phase: "copy", table, done, total });
    }
    copied.push({ table, written, ...digest.result() });
  }

  const tables: CopiedTable[] = [];
  done = 0;
  for (const source of copied) {
    const { table } = source;
    const digest = createTableDigest();
    for await (const { items, unreadable } of pagesOf(to, table)) {
      for (const row of items) digest.add(rowDigest(row));
      for (const { key, reason } of unreadable) problems.push({ table, key, problem: `in the target: ${reason}` });
      done += items.length;
      onProgress({ phase: "verify", table, done, total });
    }
    const target = digest.result();
    if (target.checksum !== source.checksum || target.rows !== source.rows) {
      const counts = `${source.rows} rows in the source, ${target.rows} in the target`;
      problems.push({ table, key: null, problem: `the copy differs: ${counts}` });
    }
    tables.push({ ...source, target });
  }
  return { tables, problems };
}

async function sizesOf(store: Store): Promise<Map<MovableTable, number>> {
  const sizes = await store.sizes();
  return new Map(MOVABLE_TABLES.map((table) => [table, sizes[table]]));
}

function refuseNonEmpty(sizes: ReadonlyMap<MovableTable, number>): void {
  const full = [...sizes].filter(([, size]) => size > 0).map(([table, size]) => `${table} ${size}`);
  if (full.length === 0) return;
  throw new StoreError("already_exists", `the target is not empty (${full.join(", ")}); nothing was changed`);
}

/** Digests by key. */
async function digestsOf(store: Store, table: MovableTable): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for await (const { items } of pagesOf(store, table)) {
    for (const row of items) digests.set(rowKeyText(table, row), rowDigest(row));
  }
  return digests;
}
