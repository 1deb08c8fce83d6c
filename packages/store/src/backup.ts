import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { type Store, StoreError } from "@miroir/store-contract";
import { copyStore } from "./copy.ts";
import { openStore } from "./open.ts";

export interface BackupProgress {
  /** Pages of the file, or rows, as the backend has it. */
  readonly done: number;
  readonly total: number;
}

/** What a store in SQLite can do besides. */
type BackedUpByItself = Store & {
  backup(path: string, onProgress: (progress: { totalPages: number; remainingPages: number }) => void): Promise<void>;
};
const backsUpByItself = (store: Store): store is BackedUpByItself => "backup" in store;

/**
 * Copies a store into a new SQLite file, which opens as a store: SQLite's own online backup where the store is one, while it is being
 * used; row by row from another backend, where nobody may write meanwhile.
 * @throws StoreError already_exists when there is such a file; unavailable when it cannot be written, or differs from the store.
 */
export async function backupStore(
  store: Store,
  path: string,
  onProgress: (progress: BackupProgress) => void = () => {},
): Promise<void> {
  if (existsSync(path)) throw new StoreError("already_exists", `there is a file ${path}`, { operation: "backup" });
  if (backsUpByItself(store)) {
    await store.backup(path, ({ totalPages, remainingPages }) => {
      onProgress({ done: totalPages - remainingPages, total: totalPages });
    });
    return;
  }
  const target = await openStore({ backend: "sqlite", path, worker: false });
  try {
    const { problems } = await copyStore(store, target, { onProgress });
    const [first] = problems;
    if (first !== undefined) {
      throw new StoreError("unavailable", `the backup is not whole: ${first.table}: ${first.problem}`, {
        operation: "backup",
        key: first.key,
      });
    }
  } catch (error) {
    await target.close();
    await rm(path, { force: true });
    throw error;
  }
  await target.close();
}
