import { statSync } from "node:fs";
import type BetterSqlite3 from "better-sqlite3";

/** A write-ahead log this large, in bytes, slows reads and is emptied. */
const LARGE_WAL = 16 * 1024 * 1024;
/** The size is looked at once in so many commits. */
const EVERY = 128;

/**
 * Keeps the write-ahead log small. SQLite's own checkpoints stop short while any reader is on an older snapshot, and then the log only grows.
 * @returns what to call after each commit.
 */
export function createCheckpoint(database: BetterSqlite3.Database): () => void {
  let commits = 0;
  return () => {
    if (++commits % EVERY !== 0 || database.memory) return;
    const size = statSync(`${database.name}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size >= LARGE_WAL) truncateWal(database);
  };
}

/** Empties the log where no reader needs it; where one does, nothing is lost and the next time will do. */
export function truncateWal(database: BetterSqlite3.Database): void {
  if (!database.memory) database.pragma("wal_checkpoint(TRUNCATE)");
}
