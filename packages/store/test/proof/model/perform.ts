import {
  type MethodSpec,
  MOVABLE_TABLES,
  type MovableTable,
  STORE_METHODS,
  type Store,
  StoreError,
} from "@miroir/store-contract";
import { clearTable, pagesOf, writeRows } from "../../../src/rows.ts";
import { isTableGroup, methodOf, nameOf, type Operation } from "./operation.ts";

/**
 * Writes of at most so many rows, of which the contract does not say which go first: they are called until none is left, and what
 * is compared is how many each call did.
 */
const DRAINED: ReadonlySet<string> = new Set([
  ...["tasks.pruneFinished", "nodeSettingsVersion.deleteByIndex", "nodeSettingsVersion.deleteByNode"],
  ...["sessions.clearPinsOfIndex", "jobs.requeueExpired", "jobs.pruneFinished", "adminSessions.revokeByKey"],
  ...["adminSessions.deleteExpired", "store.sweep"],
  ...["writeHints.deleteByIndex", "writeHints.deleteByNode"],
]);
/** A store that says there is more for ever must not keep the test. */
const MAX_CALLS = 200;

/** What came of an operation: an answer, or what a refusal says. */
export type Outcome =
  | { readonly answer: unknown }
  | {
      readonly refused: Pick<StoreError, "code" | "table" | "operation" | "key" | "retryable">;
    };

/** How many arguments come before the options of a write; of a read, all. */
function argumentsBeforeOptions({ part, method }: Operation): number | null {
  if (part === "store") return null;
  const spec = (STORE_METHODS[part] as Readonly<Record<string, MethodSpec>>)[method];
  return spec?.kind === "write" ? spec.args.length - 1 : null;
}

async function drain(call: () => Promise<unknown>): Promise<unknown[]> {
  const counts: unknown[] = [];
  do counts.push(await call());
  while (counts.at(-1) !== 0 && counts.length < MAX_CALLS);
  return counts;
}

async function readAll(store: Store, table: MovableTable, limit: number): Promise<unknown> {
  const rows: unknown[] = [];
  const unreadable: unknown[] = [];
  let pages = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await store.rows.read(table, { cursor, limit });
    rows.push(...page.items);
    unreadable.push(...page.unreadable);
    pages++;
    if (page.next === null || pages === MAX_CALLS) return { rows, unreadable, pages };
    cursor = page.next;
  }
}

/** Takes all rows of some tables out of a store and puts them back. */
async function moveRows(store: Store, tables: readonly MovableTable[], limit: number): Promise<unknown> {
  const moved = [];
  for (const table of tables) {
    const rows = [];
    for await (const page of pagesOf(store, table)) rows.push(...page.items);
    moved.push({ table, rows });
  }
  for (const { table } of moved) await clearTable(store, table);
  for (const { table, rows } of moved) {
    for (let i = 0; i < rows.length; i += limit) await writeRows(store, table, rows.slice(i, i + limit));
  }
  return { rows: moved.flatMap(({ rows }) => rows) };
}

async function rawRows(store: Store, method: string, args: readonly unknown[]): Promise<unknown> {
  const [what, limit, options] = args;
  if (method === "read") return readAll(store, what as MovableTable, limit as number);
  if (!isTableGroup(what)) return methodOf(store, "rows", "write")(what, options);
  if (method === "write") return moveRows(store, what.tables, limit as number);
  const counts = [];
  for (const table of what.tables) {
    counts.push(await drain(() => methodOf(store, "rows", "clear")(table, limit, options)));
  }
  return counts;
}

/** How many counts of tasks a store keeps is its own affair. */
function comparable(operation: Operation, answer: unknown): unknown {
  if (nameOf(operation) !== "store.sizes") return answer;
  const { taskCounts: _, ...sizes } = answer as Record<string, number>;
  return sizes;
}

/** Runs an operation whose arguments are known; `options` are those of a write. @throws what is no `StoreError`. */
export async function perform(
  store: Store,
  operation: Operation,
  args: readonly unknown[],
  options: unknown,
): Promise<Outcome> {
  const { part, method } = operation;
  const before = argumentsBeforeOptions(operation);
  const padded = before === null ? args : [...args, ...Array(Math.max(0, before - args.length)).fill(undefined)];
  const given = before === null || options === undefined ? args : [...padded, options];
  const call = () => methodOf(store, part, method)(...given);
  try {
    if (part === "rows") return { answer: await rawRows(store, method, [args[0], args[1], options]) };
    if (DRAINED.has(nameOf(operation))) return { answer: await drain(call) };
    return { answer: comparable(operation, await call()) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { code, table, operation: where, key, retryable } = error;
    return { refused: { code, table, operation: where, key, retryable } };
  }
}

/** Every row of a store, by table. */
export async function dump(store: Store): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of MOVABLE_TABLES) {
    const rows = [];
    for await (const page of pagesOf(store, table)) rows.push(...page.items, ...page.unreadable);
    tables[table] = rows;
  }
  return tables;
}
