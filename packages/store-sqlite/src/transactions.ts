import type { Change } from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";
import { SYNCHRONOUS } from "./connection.ts";

export interface Transactions {
  /** Runs `body` as one step: an immediate transaction, or a savepoint inside one. What throws changes nothing. */
  write<R>(body: () => R): R;
  /** Runs a body of one statement at most, which is a step by itself. */
  writeOnce<R>(body: () => R): R;
  /**
   * Runs writes that a power cut may take: their commit waits for no sync. The next that does takes these along, and SQLite syncs
   * before a checkpoint all the same: the file stays whole.
   */
  unsynced<R>(body: () => R): R;
  /** Runs reads on one snapshot. */
  snapshot<R>(body: () => R): R;
  /** See `Context.stateOfOthers`. */
  stateOfOthers(): string;
  /** See `Context.forget`. */
  forget(): void;
}

/**
 * Transactions of one connection. A write takes the lock at once (IMMEDIATE): a transaction that began by reading could not become a
 * writing one while another process writes, and would fail without waiting.
 * @param changes noted by writes; those of a write that is undone are dropped
 */
export function createTransactions(database: BetterSqlite3.Database, changes: Change[]): Transactions {
  const beginRead = database.prepare("BEGIN");
  const beginWrite = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const rollback = database.prepare("ROLLBACK");
  const save = database.prepare("SAVEPOINT step");
  const release = database.prepare("RELEASE step");
  const undo = database.prepare("ROLLBACK TO step");
  const dataVersion = database.prepare("PRAGMA data_version").pluck();
  let forgotten = 0;

  const within = <R>(
    begin: BetterSqlite3.Statement,
    end: BetterSqlite3.Statement,
    takeBack: () => void,
    body: () => R,
  ): R => {
    const noted = changes.length;
    begin.run();
    try {
      const result = body();
      end.run();
      return result;
    } catch (error) {
      changes.length = noted;
      forgotten++;
      // SQLite itself rolls back on some errors (a full disk); there is then nothing left to take back.
      if (database.inTransaction) takeBack();
      throw error;
    }
  };
  const writeOnce = <R>(body: () => R): R => {
    try {
      return body();
    } catch (error) {
      forgotten++;
      throw error;
    }
  };
  const undoStep = (): void => {
    undo.run();
    release.run();
  };
  const undoAll = (): void => void rollback.run();

  const setSynchronous = (level: number): void => void database.pragma(`synchronous = ${level}`);
  const isSynced = database.pragma("synchronous", { simple: true }) === SYNCHRONOUS.FULL;
  const unsynced = <R>(body: () => R): R => {
    if (!isSynced) return body();
    setSynchronous(SYNCHRONOUS.NORMAL);
    try {
      return body();
    } finally {
      setSynchronous(SYNCHRONOUS.FULL);
    }
  };

  return {
    unsynced,
    write: (body) =>
      database.inTransaction ? within(save, release, undoStep, body) : within(beginWrite, commit, undoAll, body),
    writeOnce,
    snapshot: (body) => (database.inTransaction ? body() : within(beginRead, commit, undoAll, body)),
    stateOfOthers: () => `${dataVersion.get()}:${forgotten}`,
    forget: () => void forgotten++,
  };
}
