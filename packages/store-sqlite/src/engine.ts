import { KEYSPACES, type TableName } from "@miroir/schema";
import { readMigrations } from "@miroir/schema/migrations";
import {
  type Change,
  type Clock,
  type Fence,
  type MethodSpec,
  type PartName,
  STORE_METHODS,
  type StoreError,
  type StoreParts,
  tableOfPart,
  type WriteOptions,
} from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";
import { createAdminSessions } from "./admin-sessions.ts";
import { createAliases } from "./aliases.ts";
import { createApiKeys } from "./api-keys.ts";
import { createCanaries } from "./canaries.ts";
import { createCanaryRuns } from "./canary-runs.ts";
import { createCdcCursors } from "./cdc-cursors.ts";
import { createCdcOverflow } from "./cdc-overflow.ts";
import { type Context, isOneStatement, type Sync } from "./context.ts";
import { asStoreError, isBusy } from "./errors.ts";
import { createFenceCheck } from "./fence.ts";
import { createGateways } from "./gateways.ts";
import { createIdempotencyCache } from "./idempotency-cache.ts";
import { createIndexes } from "./indexes.ts";
import { createJobs } from "./jobs.ts";
import { createLeaderLeases } from "./leader-lease.ts";
import { createLoginBackoff } from "./login-backoff.ts";
import { createNodeSettingsVersions } from "./node-settings-version.ts";
import { createRateLimits } from "./rate-limits.ts";
import { createRawRows } from "./raw-rows.ts";
import { createRolloverPolicies } from "./rollover-policies.ts";
import { createSweep, createTotal } from "./rows.ts";
import { createScopedKeys } from "./scoped-keys.ts";
import { createSearchUiConfigs } from "./search-ui-config.ts";
import { createSessions } from "./sessions.ts";
import { createStatements } from "./statements.ts";
import { createTasks } from "./tasks.ts";
import { createTenantMap } from "./tenant-map.ts";
import { createTransactions } from "./transactions.ts";
import { createWebhooks } from "./webhooks.ts";
import { createWriteHints } from "./write-hints.ts";

export type SyncParts = { readonly [P in PartName]: Sync<StoreParts[P]> };

/** What concerns the store as a whole. */
export interface SyncStore {
  schemaVersion(): number;
  health(): void;
  sizes(): Record<TableName, number>;
  sweep(limit: number): number;
}

/** One method of a part, or of the store as a whole, with its checked arguments. */
export interface Call {
  readonly part: PartName | "store";
  readonly method: string;
  readonly args: readonly unknown[];
}

export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: StoreError };

/**
 * The store on one connection, synchronous: every method is one transaction (a savepoint inside another's), and every failure is a
 * `StoreError`. Arguments are taken as checked. Not for several threads.
 */
export interface Engine {
  readonly parts: SyncParts;
  readonly store: SyncStore;
  /** @throws StoreError. */
  run(call: Call): unknown;
  /**
   * Runs writes in one transaction; one that fails changes nothing and fails alone. Where a power cut may take all of them, the
   * transaction waits for no sync.
   */
  runGroup(calls: readonly Call[]): Outcome[];
  /** The watched rows that committed writes have changed since this was last called. */
  takeChanges(): Change[];
  /** The SQL of every statement declared so far. */
  statements(): ReadonlySet<string>;
}

export interface EngineOptions {
  readonly clock: Clock;
  /** Told of every row that a list left out because it cannot be read. */
  readonly onCorruptRow: (error: StoreError) => void;
}

/** The engine of an open, migrated database. */
export function createEngine(database: BetterSqlite3.Database, { clock, onCorruptRow }: EngineOptions): Engine {
  const changes: Change[] = [];
  const transactions = createTransactions(database, changes);
  const sql = createStatements(database, onCorruptRow);
  const context: Context = {
    sql,
    clock,
    onCorruptRow,
    snapshot: transactions.snapshot,
    stateOfOthers: transactions.stateOfOthers,
    forget: transactions.forget,
    changed: (table, key) => changes.push({ kind: "row", table, key: key.map(String) }),
  };
  const checkFence = createFenceCheck(context);
  const parts = createParts(context);
  const store = createSyncStore(context, database);

  const guard = (call: Call, body: () => unknown): unknown => {
    try {
      return body();
    } catch (error) {
      throw asStoreError(error, { table: tableOf(call), operation: call.method });
    }
  };
  const methodOf = ({ part, method }: Call): ((...args: readonly unknown[]) => unknown) => {
    const methods = (part === "store" ? store : parts[part]) as unknown as Record<string, unknown>;
    return methods[method] as (...args: readonly unknown[]) => unknown;
  };
  const fenceOf = ({ part, args }: Call): Fence | undefined =>
    part === "store" ? undefined : (args.at(-1) as WriteOptions | undefined)?.fence;
  const perform = (call: Call, fence: Fence | undefined): unknown => {
    if (fence !== undefined) checkFence(fence);
    return methodOf(call)(...call.args);
  };
  const write = (call: Call): unknown => {
    const fence = fenceOf(call);
    const alone = fence === undefined && isOneStatement(methodOf(call));
    const step = alone ? transactions.writeOnce : transactions.write;
    return guard(call, () => step(() => perform(call, fence)));
  };
  const attempt = (call: Call): Outcome => {
    try {
      return { ok: true, value: write(call) };
    } catch (error) {
      return { ok: false, error: asStoreError(error) };
    }
  };
  /**
   * Runs writes in one transaction without a savepoint each, which would have SQLite copy every page that a write touches. It will do as
   * long as those that fail do so before they have written anything, as refusals do.
   * @returns `null` when one failed halfway: nothing is changed then.
   */
  const runGroupAtOnce = (calls: readonly Call[]): Outcome[] | null => {
    const outcomes: Outcome[] = [];
    let halfway = false;
    try {
      return transactions.write(() => {
        for (const call of calls) {
          const written = sql.writes();
          try {
            outcomes.push({ ok: true, value: guard(call, () => perform(call, fenceOf(call))) });
          } catch (error) {
            halfway = call.part === "store" || sql.writes() !== written;
            if (halfway) throw error;
            outcomes.push({ ok: false, error: asStoreError(error) });
          }
        }
        return outcomes;
      });
    } catch (error) {
      if (halfway) return null;
      throw error;
    }
  };
  const runGroupBySavepoints = (calls: readonly Call[]): Outcome[] =>
    transactions.write(() =>
      calls.map((call) => {
        const outcome = attempt(call);
        if (!database.inTransaction) throw new Error("SQLite gave up the transaction");
        return outcome;
      }),
    );
  const runTogether = (calls: readonly Call[]): Outcome[] => {
    if (calls.length < 2) return calls.map(attempt);
    try {
      return runGroupAtOnce(calls) ?? runGroupBySavepoints(calls);
    } catch (thrown) {
      const error = asStoreError(thrown);
      // Without the lock nobody can write: waiting for it again with each write would take minutes.
      if (isBusy(error)) return calls.map(() => ({ ok: false, error }));
      // What ended the whole transaction (a full disk, a failed commit) undid every write in it. Alone, those that can succeed do.
      return calls.map(attempt);
    }
  };
  const read = (call: Call): unknown => guard(call, () => methodOf(call)(...call.args));
  const executeOf = (call: Pick<Call, "part" | "method">) => (isWrite(call) ? write : read);
  const run = (call: Call): unknown => executeOf(call)(call);
  const bound = (part: PartName, method: string) => {
    const execute = executeOf({ part, method });
    return (...args: unknown[]): unknown => execute({ part, method, args });
  };

  return {
    statements: sql.texts,
    run,
    runGroup: (calls) =>
      calls.every(mayBeLost) ? transactions.unsynced(() => runTogether(calls)) : runTogether(calls),
    takeChanges: () => (changes.length === 0 ? [] : changes.splice(0)),
    parts: bindParts<SyncParts>(bound),
    store: {
      schemaVersion: () => run({ part: "store", method: "schemaVersion", args: [] }) as number,
      health: () => void run({ part: "store", method: "health", args: [] }),
      sizes: () => run({ part: "store", method: "sizes", args: [] }) as Record<TableName, number>,
      sweep: (limit) => run({ part: "store", method: "sweep", args: [limit] }) as number,
    },
  };
}

const WRITES_OF_STORE: ReadonlySet<string> = new Set(["health", "sweep"]);

const specOf = (part: PartName, method: string): MethodSpec | undefined =>
  (STORE_METHODS[part] as Readonly<Record<string, MethodSpec>>)[method];

const isWrite = ({ part, method }: Pick<Call, "part" | "method">): boolean =>
  part === "store" ? WRITES_OF_STORE.has(method) : specOf(part, method)?.kind === "write";

/** Whether a power cut may take the call's write after it was acknowledged. */
export const mayBeLost = ({ part, method }: Pick<Call, "part" | "method">): boolean =>
  part !== "store" && specOf(part, method)?.mayBeLost === true;

/** The table's name in SQL, for errors. */
export const tableOf = ({ part }: Pick<Call, "part">): string | null => (part === "store" ? null : tableOfPart(part));

/** An object with every method of the contract, made from `STORE_METHODS`: a method added there cannot be forgotten here. */
export function bindParts<T>(make: (part: PartName, method: string) => unknown): T {
  const names = Object.keys(STORE_METHODS) as PartName[];
  const bound = names.map((part) => {
    const methods = Object.keys(STORE_METHODS[part]).map((method) => [method, make(part, method)]);
    return [part, Object.fromEntries(methods)];
  });
  return Object.fromEntries(bound) as T;
}

const PARTS: { readonly [P in PartName]: (context: Context) => SyncParts[P] } = {
  tasks: createTasks,
  nodeSettingsVersion: createNodeSettingsVersions,
  aliases: createAliases,
  sessions: createSessions,
  idempotencyCache: createIdempotencyCache,
  jobs: createJobs,
  leaderLease: createLeaderLeases,
  canaries: createCanaries,
  canaryRuns: createCanaryRuns,
  cdcCursors: createCdcCursors,
  tenantMap: createTenantMap,
  rolloverPolicies: createRolloverPolicies,
  searchUiConfig: createSearchUiConfigs,
  adminSessions: createAdminSessions,
  indexes: createIndexes,
  apiKeys: createApiKeys,
  gateways: createGateways,
  rateLimits: createRateLimits,
  loginBackoff: createLoginBackoff,
  cdcOverflow: createCdcOverflow,
  scopedKeys: createScopedKeys,
  webhooks: createWebhooks,
  writeHints: createWriteHints,
  rows: createRawRows,
};

/** Each part is made when it is first used: that takes most of the time of opening a store, and few programs use all. */
function createParts(context: Context): SyncParts {
  const parts = {};
  for (const [name, create] of Object.entries(PARTS)) {
    let part: SyncParts[PartName] | undefined;
    Object.defineProperty(parts, name, {
      get: () => {
        part ??= create(context);
        return part;
      },
    });
  }
  return parts as SyncParts;
}

function createSyncStore(context: Context, database: BetterSqlite3.Database): SyncStore {
  const tables = Object.entries(KEYSPACES) as [TableName, (typeof KEYSPACES)[TableName]][];
  const makeSweeps = () => tables.map(([, keyspace]) => createSweep(context, keyspace.table, keyspace.deadline));
  const makeTotals = () => tables.map(([name, keyspace]) => [name, createTotal(context, keyspace.table)] as const);
  let sweeps: ReturnType<typeof makeSweeps> | undefined;
  let totals: ReturnType<typeof makeTotals> | undefined;
  return {
    schemaVersion: () => readMigrations().length,
    health() {
      // Writes the value that is there: proof that a commit reaches the disk, without a row of its own.
      const version = database.pragma("user_version", { simple: true });
      database.pragma(`user_version = ${version}`);
    },
    sizes() {
      totals ??= makeTotals();
      const counted = totals;
      return context.snapshot(
        () => Object.fromEntries(counted.map(([name, total]) => [name, total()])) as Record<TableName, number>,
      );
    },
    sweep(limit) {
      sweeps ??= makeSweeps();
      const now = context.clock.now();
      return sweeps.reduce((swept, sweep) => swept + sweep(now, limit), 0);
    },
  };
}
