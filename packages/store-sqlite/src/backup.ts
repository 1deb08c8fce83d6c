import { chmodSync, existsSync } from "node:fs";
import { StoreError } from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";
import { asStoreError } from "./errors.ts";

export interface BackupProgress {
  readonly totalPages: number;
  readonly remainingPages: number;
}

/** How many pages are copied before other work gets its turn. */
const PAGES_PER_STEP = 256;

/**
 * Copies the database, as it is when the copy ends, into a new file, while it is being used (SQLite's online backup).
 * @throws StoreError already_exists when there is a file; unavailable when it cannot be written.
 */
export async function backupDatabase(
  database: BetterSqlite3.Database,
  path: string,
  onProgress: (progress: BackupProgress) => void,
): Promise<void> {
  if (existsSync(path)) throw new StoreError("already_exists", `there is a file ${path}`, { operation: "backup" });
  try {
    await database.backup(path, {
      progress(progress) {
        onProgress(progress);
        return PAGES_PER_STEP;
      },
    });
    chmodSync(path, 0o600);
  } catch (error) {
    throw asStoreError(error, { operation: "backup" });
  }
}
