/**
 * A hint that rows changed, never the truth: a listener drops what it has cached of `table` and `key` and reads again.
 * `resync` says that changes may have been missed (after a reconnect): drop everything.
 */
export type Change =
  | { readonly kind: "row"; readonly table: string; readonly key: readonly string[] }
  | { readonly kind: "resync" };

/** Must not throw. */
export type ChangeListener = (change: Change) => void;

/** The tables whose changes are announced: those that gateways cache. */
export const WATCHED_TABLES = [
  "aliases",
  "tenant_map",
  "node_settings_version",
  "sessions",
  "indexes",
  "api_keys",
  "write_hints",
] as const;
