import type { Change, ChangeListener } from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";

/** How often a store looks whether another process has written to its file, in ms. */
const FOREIGN_WRITE_POLL_MS = 250;

export interface WatchHub {
  add(listener: ChangeListener): () => void;
  announce(changes: readonly Change[]): void;
  clear(): void;
}

/** The listeners of one handle. One that throws keeps no other from hearing, and no write from being acknowledged. */
export function createWatchHub(): WatchHub {
  const listeners = new Set<ChangeListener>();
  const tell = (listener: ChangeListener, change: Change): void => {
    try {
      listener(change);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  return {
    add(listener) {
      // A function of its own: the same listener added twice is told twice, and each stops alone.
      const own: ChangeListener = (change) => listener(change);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    announce(changes) {
      for (const change of changes) for (const listener of [...listeners]) tell(listener, change);
    },
    clear: () => listeners.clear(),
  };
}

/**
 * Looks now and then whether another connection has committed to the file; which rows it changed is not known, so listeners are told to
 * read everything again.
 * @param database the writing connection: what it commits itself does not count
 * @returns what stops it.
 */
export function pollForeignWrites(database: BetterSqlite3.Database, announce: (changes: Change[]) => void): () => void {
  if (database.memory) return () => {};
  const version = database.prepare<[], number>("PRAGMA data_version").pluck();
  let seen = version.get();
  const timer = setInterval(() => {
    const now = version.get();
    if (now === seen) return;
    seen = now;
    announce([{ kind: "resync" }]);
  }, FOREIGN_WRITE_POLL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
