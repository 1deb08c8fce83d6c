export { type BackupProgress, backupStore } from "./backup.ts";
export { type CheckReport, checkStore, type Problem } from "./check.ts";
export { type CopiedTable, type CopyOptions, type CopyReport, copyStore, type TableProgress } from "./copy.ts";
export { openStore, type StoreSettings } from "./open.ts";
