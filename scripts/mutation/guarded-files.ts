import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export type Backend = "sqlite" | "redis";

/** Tests of a backend's own: a file, and the beginnings of titles in it. */
interface OwnTests {
  readonly file: string;
  readonly titles: readonly string[];
}

/** A file with guards, the parts of the contract whose conformance tests are about them, and the backend's own tests that are. */
export interface GuardedFile {
  readonly path: string;
  readonly backend: Backend;
  readonly parts: readonly string[];
  readonly own: readonly OwnTests[];
}

const SQLITE = "packages/store-sqlite/src";
const REDIS = "packages/store-redis/src";
const RULES = "packages/store-contract/src/rules";

/** Files that are not called as their part (`store` stands for what is of no part), and the rules, which SQLite runs in its transactions. */
const PARTS_OF: Readonly<Record<string, readonly string[]>> = {
  "task-list": ["tasks"],
  "task-counts": ["tasks"],
  "job-lists": ["jobs"],
  fence: ["nodeSettingsVersion", "leaderLease", "jobs"],
  bound: ["sessions", "idempotencyCache"],
  deadlines: ["store"],
  rows: ["sessions", "idempotencyCache", "adminSessions", "gateways", "rateLimits", "store"],
  "raw-rows": ["rows"],
  "alias-history": ["aliases"],
  "cdc-append": ["cdcOverflow"],
  idempotency: ["idempotencyCache"],
  "index-swap": ["indexes"],
  "job-states": ["jobs"],
  lease: ["leaderLease", "nodeSettingsVersion"],
  "login-backoff": ["loginBackoff"],
  "rate-limit": ["rateLimits"],
  "scoped-key": ["scopedKeys"],
  "session-pins": ["sessions"],
  "task-changes": ["tasks"],
  "task-status": ["tasks"],
  "write-hint": ["writeHints"],
};

/** What looks for rows, or takes JSON apart: nothing in it guards a write. */
const NOT_GUARDS: readonly string[] = [
  "includes/search",
  "includes/json-parts",
  "includes/count-tasks",
  "includes/conditions",
  "includes/escape",
  "list-tasks",
  "list-newest",
  "list-rows",
  "list-ordered",
  "count-matching",
];

/** Whose tests are run for what scripts of nearly all parts share. */
const EXEMPLARY: readonly string[] = [
  "jobs",
  "leaderLease",
  "idempotencyCache",
  "sessions",
  "aliases",
  "tasks",
  "store",
];

const RESENDING: OwnTests = {
  file: "test/lost-replies.redis.test.ts",
  titles: ["a write whose answer was lost", "a call that its caller"],
};
const TOGETHER: OwnTests = { file: "test/writes.redis.test.ts", titles: ["calls of one turn"] };
const LEFTOVERS: OwnTests = {
  file: "test/leftovers.redis.test.ts",
  titles: ["what goes leaves no key behind", "rows that somebody deleted", "kept answers"],
};
const MOVED: OwnTests = {
  file: "test/raw-rows.redis.test.ts",
  titles: [
    "keeps for rows that were moved",
    "leaves nothing behind that",
    "tells of rows that cannot",
    "clears rows that",
  ],
};
const FULL_DISK: OwnTests = { file: "test/rows.test.ts", titles: ["does not take a full disk"] };
const WATCHING: OwnTests = { file: "test/conformance.redis.test.ts", titles: ["redis#store\\.watch"] };
const WATCHING_SQLITE: OwnTests = {
  file: "test/conformance-memory.test.ts",
  titles: ["sqlite in memory#store\\.watch"],
};
const FIELDS: OwnTests = { file: "test/fields.redis.test.ts", titles: ["keeps each column"] };

/** What the contract cannot see: a full disk, keys that nothing reads, rows deleted from under their indexes, answers that were lost. */
const OWN_TESTS: Readonly<Record<string, readonly OwnTests[]>> = {
  "includes/write": [RESENDING, TOGETHER, LEFTOVERS],
  "includes/tasks": [LEFTOVERS],
  "includes/jobs": [LEFTOVERS],
  "includes/sessions": [LEFTOVERS],
  "includes/raw-rows": [MOVED],
  "create-task": [LEFTOVERS],
  "complete-and-claim-jobs": [LEFTOVERS],
  "delete-by-part": [LEFTOVERS],
  "enqueue-job": [LEFTOVERS],
  "enqueue-jobs": [LEFTOVERS],
  "includes/deferred": [LEFTOVERS],
  "rename-task-index": [LEFTOVERS],
  "list-latest-runs": [LEFTOVERS],
  "prune-jobs": [LEFTOVERS],
  "prune-tasks": [LEFTOVERS],
  "put-row": [FIELDS],
  "requeue-jobs": [LEFTOVERS],
  "settle-scoped-key": [LEFTOVERS],
  "settle-swap": [WATCHING],
  "sweep-admin-sessions": [LEFTOVERS],
  "sweep-sessions": [LEFTOVERS],
  "transition-task": [LEFTOVERS],
  "write-rows": [MOVED],
  "settle-write-hint": [LEFTOVERS],
  [`${SQLITE}/raw-rows.ts`]: [FULL_DISK],
  [`${SQLITE}/write-hints.ts`]: [WATCHING_SQLITE],
};

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The parts of the contract, by the files of a backend. */
function partFiles(root: string, folder: string): Map<string, readonly string[]> {
  const contract = readFileSync(join(root, "packages/store-contract/src/store.ts"), "utf8");
  const known = new Set([...contract.matchAll(/^ {2}readonly (\w+): \w+;$/gm)].map((match) => match[1]));
  const files = new Map<string, readonly string[]>();
  for (const path of globSync(`${folder}/*.ts`, { cwd: root }).sort()) {
    const name = basename(path, ".ts");
    const parts = PARTS_OF[name] ?? (known.has(camelCase(name)) ? [camelCase(name)] : undefined);
    if (parts !== undefined) files.set(path, parts);
  }
  return files;
}

/** SQLite's files with guards, the rules among them. */
function sqliteFiles(root: string): GuardedFile[] {
  const files = [...partFiles(root, SQLITE), ...partFiles(root, RULES)];
  return files.map(([path, parts]) => ({ path, backend: "sqlite", parts, own: OWN_TESTS[path] ?? [] }));
}

/** Redis' scripts, each with the parts that run it; what is included, with those of all that include it. */
function redisFiles(root: string): GuardedFile[] {
  const users = new Map<string, Set<string>>();
  const add = (script: string, parts: Iterable<string>): void => {
    const present = users.get(script) ?? new Set();
    for (const part of parts) present.add(part);
    users.set(script, present);
  };
  const lua = (script: string) => readFileSync(join(root, REDIS, `scripts/${script}.lua`), "utf8");
  const includesOf = (script: string): string[] =>
    [...lua(script).matchAll(/^-- @include (\S+)$/gm)].map((match) => `includes/${match[1]}`);
  const scripts = globSync("*.lua", { cwd: join(root, REDIS, "scripts") }).map((file) => basename(file, ".lua"));
  for (const [path, parts] of partFiles(root, REDIS)) {
    // What rows of all tables share is run by all.
    if (basename(path) === "rows.ts") continue;
    const text = readFileSync(join(root, path), "utf8");
    for (const script of scripts) if (text.includes(`"${script}"`)) add(script, parts);
  }
  // What the files of several parts share runs their scripts for all of them.
  const shared = new Set([...partFiles(root, REDIS).values()].flat());
  for (const script of scripts) if (!users.has(script) && !script.startsWith("migrate-")) add(script, shared);
  const spread = (script: string, parts: Iterable<string>): void => {
    for (const include of includesOf(script)) {
      add(include, parts);
      spread(include, parts);
    }
  };
  for (const script of scripts) spread(script, users.get(script) ?? []);
  const guarded = [...users].filter(([script]) => !NOT_GUARDS.includes(script));
  return guarded.map(([script, parts]) => ({
    path: join(REDIS, `scripts/${script}.lua`),
    backend: "redis",
    parts: parts.size > EXEMPLARY.length ? EXEMPLARY : [...parts].sort(),
    own: OWN_TESTS[script] ?? [],
  }));
}

export const guardedFiles = (root: string): GuardedFile[] => [...sqliteFiles(root), ...redisFiles(root)];
