import { StoreError, type StoreErrorCode, type StoreErrorContext } from "@miroir/store-contract";
import Database from "better-sqlite3";

interface Meaning {
  readonly code: StoreErrorCode;
  readonly text: string;
  readonly retryable: boolean;
}

const unavailable = (text: string, retryable: boolean): Meaning => ({ code: "unavailable", text, retryable });

/** What SQLite's result codes mean to an operator, by the longest prefix that fits: extended codes say more than primary ones. */
const MEANINGS: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ["SQLITE_FULL", unavailable("the disk, or the space allowed to the database, is full", true)],
  ["SQLITE_BUSY", unavailable("another process holds the database locked", true)],
  ["SQLITE_LOCKED", unavailable("the database is locked", true)],
  ["SQLITE_READONLY", unavailable("the database, or the folder it is in, is read-only", false)],
  ["SQLITE_CANTOPEN", unavailable("the database file, or one of its -wal and -shm files, cannot be opened", false)],
  ["SQLITE_PERM", unavailable("access to the database file is denied", false)],
  ["SQLITE_AUTH", unavailable("access to the database file is denied", false)],
  ["SQLITE_IOERR", unavailable("reading or writing the database file failed", true)],
  ["SQLITE_NOMEM", unavailable("SQLite is out of memory", true)],
  ["SQLITE_CORRUPT", unavailable("the database file is damaged; restore it from a backup", false)],
  [
    "SQLITE_NOTADB",
    { code: "schema_foreign", text: "the file is not a SQLite database; nothing was changed", retryable: false },
  ],
];

/** Where an error happened: the part of a `StoreError` that the place of a call knows. */
export type Place = Pick<StoreErrorContext, "table" | "operation" | "key">;

/**
 * The `StoreError` for anything thrown while using the driver. A `StoreError` stays what it is, with the place filled in where it had none.
 * Whatever is not known becomes `unavailable`, not retryable, with the original as its cause.
 */
export function asStoreError(error: unknown, place: Place = {}): StoreError {
  if (error instanceof StoreError) {
    if (error.operation !== null || place.operation == null) return error;
    return new StoreError(error.code, error.message, {
      table: error.table ?? place.table ?? null,
      operation: place.operation,
      key: error.key ?? place.key ?? null,
      retryable: error.retryable,
      cause: error.cause,
    });
  }
  if (error instanceof Database.SqliteError) {
    const meaning = MEANINGS.find(([prefix]) => error.code.startsWith(prefix))?.[1];
    const text = meaning === undefined ? "SQLite refused the operation" : meaning.text;
    return new StoreError(meaning?.code ?? "unavailable", `${text} (${error.code}: ${error.message})`, {
      ...place,
      retryable: meaning?.retryable ?? false,
      cause: error,
    });
  }
  if (error instanceof TypeError && error.message === "The database connection is not open") return closedError(place);
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError("unavailable", `the store failed: ${message}`, { ...place, retryable: false, cause: error });
}

/** Whether another process held the lock for longer than a write waits. */
export const isBusy = ({ cause }: StoreError): boolean =>
  cause instanceof Database.SqliteError && cause.code.startsWith("SQLITE_BUSY");

export const closedError = (place: Place = {}): StoreError =>
  new StoreError("closed", "the store has been closed", place);

/** The form in which a `StoreError` crosses to another thread: an error loses its class and fields on the way. */
export interface PlainStoreError {
  readonly code: StoreErrorCode;
  readonly message: string;
  readonly context: StoreErrorContext;
}

export function toPlain(error: StoreError): PlainStoreError {
  const { code, message, table, operation, key, retryable, cause } = error;
  const plainCause = cause instanceof Error ? { name: cause.name, message: cause.message } : undefined;
  return { code, message, context: { table, operation, key, retryable, cause: plainCause } };
}

export const fromPlain = ({ code, message, context }: PlainStoreError): StoreError =>
  new StoreError(code, message, context);
