export type { BackupProgress } from "./backup.ts";
export { type ConnectionOptions, openDatabase, type Synchronous } from "./connection.ts";
export { createEngine, type Engine, type EngineOptions, type SyncParts, type SyncStore } from "./engine.ts";
export { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from "./open.ts";
