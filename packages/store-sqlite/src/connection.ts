import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { readMigrations } from "@miroir/schema/migrations";
import { type Clock, StoreError } from "@miroir/store-contract";
import Database from "better-sqlite3";
import { asStoreError } from "./errors.ts";
import { judgeSchema, migrate } from "./migrate.ts";

/** How long a write waits for another process's, in ms. */
const BUSY_TIMEOUT_MS = 5000;
/** What the write-ahead log keeps on disk after a checkpoint, in bytes. */
const JOURNAL_SIZE_LIMIT = 16 * 1024 * 1024;
const OWNER_ONLY = 0o600;

/**
 * `FULL`: an acknowledged write survives a power cut, unless its method says that it may be lost. `NORMAL`: a power cut may lose the last
 * commits; a killed process loses none.
 */
export type Synchronous = "FULL" | "NORMAL";

/** SQLite's own numbers for them. */
export const SYNCHRONOUS = { NORMAL: 1, FULL: 2 } as const satisfies Record<Synchronous, number>;

export interface ConnectionOptions {
  /** A file, created (for its owner only) where there is none, or `:memory:`. */
  readonly path: string;
  readonly synchronous: Synchronous;
  readonly clock: Clock;
}

/**
 * Opens a database to write it, and brings its schema up to date. A file that is not Miroir's is left as it is.
 * @throws StoreError schema_newer, schema_foreign; unavailable where it cannot be opened, locked or written.
 */
export function openDatabase({ path, synchronous, clock }: ConnectionOptions): Database.Database {
  let database: Database.Database | undefined;
  try {
    createFile(path);
    database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    // Before anything is set: turning WAL on would already change a file that is not ours.
    judgeSchema(database, readMigrations());
    restrict(path);
    setWal(database, path);
    set(database, "synchronous", SYNCHRONOUS[synchronous]);
    set(database, "journal_size_limit", JOURNAL_SIZE_LIMIT);
    migrate(database, clock);
    return database;
  } catch (error) {
    database?.close();
    throw asStoreError(error, { operation: "open" });
  }
}

/** Opens a second connection to a file that is open, for reading. */
export function openReader(path: string): Database.Database {
  try {
    const database = new Database(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
    set(database, "query_only", 1);
    return database;
  } catch (error) {
    throw asStoreError(error, { operation: "open" });
  }
}

const isFile = (path: string): boolean => path !== ":memory:";

/** SQLite would create the file by the process's umask; its -wal and -shm files take over the mode of the file. */
function createFile(path: string): void {
  if (!isFile(path)) return;
  try {
    closeSync(openSync(path, "ax", OWNER_ONLY));
  } catch {
    // It is there, or cannot be created: opening it tells which.
  }
}

function restrict(path: string): void {
  if (!isFile(path) || (statSync(path).mode & 0o777) === OWNER_ONLY) return;
  try {
    chmodSync(path, OWNER_ONLY);
  } catch (cause) {
    throw new StoreError("unavailable", `the file ${path} is open to others and its mode cannot be changed`, { cause });
  }
}

/** Sets a pragma and reads it back: SQLite passes over what it does not know or cannot do. */
function set(database: Database.Database, name: string, value: number): void {
  database.pragma(`${name} = ${value}`);
  const is = database.pragma(name, { simple: true });
  if (is !== value) throw new StoreError("unavailable", `SQLite keeps ${name} at ${is} instead of ${value}`);
}

/**
 * Turning WAL on needs the file for itself for a moment, and SQLite does not wait for that as it does for a write, so of several
 * processes that open a new file at once all but one are told that it is busy.
 */
function setWal(database: Database.Database, path: string): void {
  if (!isFile(path)) return;
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      const mode = database.pragma("journal_mode = WAL", { simple: true });
      if (mode === "wal") return;
      throw new StoreError("unavailable", `the file system of ${path} does not allow WAL (journal mode ${mode})`);
    } catch (error) {
      const busy = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
      if (!busy || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
