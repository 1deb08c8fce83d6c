/** Actions on the whole instance: a key that is restricted to some indexes cannot have them. */
const GLOBAL_ACTIONS = [
  "tasks.compact",
  "metrics.*",
  "metrics.get",
  "dumps.*",
  "dumps.create",
  "snapshots.*",
  "snapshots.create",
  "version",
  "keys.create",
  "keys.get",
  "keys.update",
  "keys.delete",
  "experimental.get",
  "experimental.update",
  "export",
  "network.get",
  "network.update",
  "chats.*",
  "chats.get",
  "chats.delete",
  "chatsSettings.*",
  "chatsSettings.get",
  "chatsSettings.update",
  "webhooks.*",
  "webhooks.create",
  "webhooks.get",
  "webhooks.update",
  "webhooks.delete",
  "dynamicSearchRules.*",
  "dynamicSearchRules.create",
  "dynamicSearchRules.get",
  "dynamicSearchRules.update",
  "dynamicSearchRules.delete",
] as const;

/** Actions on indexes, and the wildcards over both kinds. */
const INDEX_ACTIONS = [
  "*",
  "*.get",
  "search",
  "documents.*",
  "documents.add",
  "documents.get",
  "documents.delete",
  "indexes.*",
  "indexes.create",
  "indexes.get",
  "indexes.update",
  "indexes.delete",
  "indexes.swap",
  "indexes.compact",
  "tasks.*",
  "tasks.cancel",
  "tasks.delete",
  "tasks.get",
  "settings.*",
  "settings.get",
  "settings.update",
  "stats.*",
  "stats.get",
  "fields.post",
  "chatCompletions",
] as const;

/** What an API key can be allowed to do; those that end in `*` or begin with it stand for several. */
export const KEY_ACTIONS = [...INDEX_ACTIONS, ...GLOBAL_ACTIONS] as const;

export type KeyAction = (typeof KEY_ACTIONS)[number];

const globals: ReadonlySet<string> = new Set(GLOBAL_ACTIONS);

/** Whether the action is about the whole instance and not about indexes. */
export const isGlobalAction = (action: KeyAction): boolean => globals.has(action);

/** What `*.get` stands for beside the actions that end in `.get`. */
const READING: ReadonlySet<string> = new Set(["search", "version", "fields.post"]);

/** Reading keys would mean having all of them. */
const isReading = (action: KeyAction): boolean =>
  READING.has(action) || (action.endsWith(".get") && action !== "keys.get");

const familyOf = (action: string): string => `${action.split(".", 1)[0]}.*`;

/** Whether a key with these actions may do `action`. */
export const grantsAction = (granted: readonly string[], action: KeyAction): boolean =>
  granted.includes(action) ||
  granted.includes("*") ||
  granted.includes(familyOf(action)) ||
  (granted.includes("*.get") && isReading(action));
