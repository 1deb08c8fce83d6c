import type { TableName } from "@miroir/schema";
import { readMigrations } from "@miroir/schema/migrations";
import { type Clock, systemClock } from "../src/clock.ts";
import { StoreError } from "../src/errors.ts";
import type { WriteOptions } from "../src/fence.ts";
import { checkArguments, type MethodSpec } from "../src/methods.ts";
import { isPresentEpoch } from "../src/rules/lease.ts";
import { type PartName, STORE_METHODS, type Store, type StoreParts, SWEEP_METHOD, tableOfPart } from "../src/store.ts";
import { type Change, type ChangeListener, WATCHED_TABLES } from "../src/watch.ts";
import { createAdminSessions } from "./admin-sessions.ts";
import { createAliases } from "./aliases.ts";
import { createApiKeys } from "./api-keys.ts";
import { createCanaries } from "./canaries.ts";
import { createCanaryRuns } from "./canary-runs.ts";
import { createCdcCursors } from "./cdc-cursors.ts";
import { createCdcOverflow } from "./cdc-overflow.ts";
import { copyAnswer } from "./copy.ts";
import { createGateways } from "./gateways.ts";
import { createIdempotencyCache } from "./idempotency-cache.ts";
import { createIndexes } from "./indexes.ts";
import { createJobs } from "./jobs.ts";
import { createLeaderLeases } from "./leader-lease.ts";
import { createLoginBackoff } from "./login-backoff.ts";
import { createModel, type Model, type Sync } from "./model.ts";
import { createNodeSettingsVersions } from "./node-settings-version.ts";
import { createRateLimits } from "./rate-limits.ts";
import { createRawRows } from "./raw-rows.ts";
import { createRolloverPolicies } from "./rollover-policies.ts";
import { createScopedKeys } from "./scoped-keys.ts";
import { createSearchUiConfigs } from "./search-ui-config.ts";
import { createSessions } from "./sessions.ts";
import { createTasks } from "./tasks.ts";
import { createTenantMap } from "./tenant-map.ts";
import { createWebhooks } from "./webhooks.ts";
import { createWriteHints } from "./write-hints.ts";

type SyncParts = { readonly [P in PartName]: Sync<StoreParts[P]> };

const createParts = (model: Model): SyncParts => ({
  tasks: createTasks(model),
  nodeSettingsVersion: createNodeSettingsVersions(model),
  aliases: createAliases(model),
  sessions: createSessions(model),
  idempotencyCache: createIdempotencyCache(model),
  jobs: createJobs(model),
  leaderLease: createLeaderLeases(model),
  canaries: createCanaries(model),
  canaryRuns: createCanaryRuns(model),
  cdcCursors: createCdcCursors(model),
  tenantMap: createTenantMap(model),
  rolloverPolicies: createRolloverPolicies(model),
  searchUiConfig: createSearchUiConfigs(model),
  adminSessions: createAdminSessions(model),
  indexes: createIndexes(model),
  apiKeys: createApiKeys(model),
  gateways: createGateways(model),
  rateLimits: createRateLimits(model),
  loginBackoff: createLoginBackoff(model),
  cdcOverflow: createCdcOverflow(model),
  scopedKeys: createScopedKeys(model),
  webhooks: createWebhooks(model),
  writeHints: createWriteHints(model),
  rows: createRawRows(model),
});

/**
 * The contract in plain Maps: what SQLite and Redis must agree with, and a store for tests and trials. Right rather than fast; it
 * lives and dies with its process.
 */
export function createModelStore({ clock = systemClock }: { readonly clock?: Clock } = {}): Store {
  const listeners = new Set<ChangeListener>();
  const changes: Change[] = [];
  const watched: readonly string[] = WATCHED_TABLES;
  const model = createModel(
    () => clock.now(),
    (table, key) => {
      if (watched.includes(table)) changes.push({ kind: "row", table, key: key.map(String) });
    },
  );
  const parts = createParts(model);
  let closed = false;

  function checkOpen(table: string | null, operation: string): void {
    if (closed) throw new StoreError("closed", "the store has been closed", { table, operation });
  }

  function checkFence(table: string, operation: string, options: WriteOptions | undefined): void {
    const fence = options?.fence;
    if (fence === undefined || isPresentEpoch(model.tables.leaderLease.get(fence.scope), fence.epoch, model.now()))
      return;
    const why = `epoch ${fence.epoch} of ${JSON.stringify(fence.scope)} has passed`;
    throw new StoreError("not_holder", `${table}.${operation}: ${why}`, { table, operation, key: [fence.scope] });
  }

  /** Changes are told after the step, never in the midst of it. */
  function announce(): void {
    for (const change of changes.splice(0)) for (const listener of [...listeners]) listener(change);
  }

  /** Rules that know of no table refuse without one. */
  function placed<T>(table: string, operation: string, step: () => T): T {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof StoreError) || error.operation !== null) throw error;
      const { code, message, key, retryable, cause } = error;
      throw new StoreError(code, message, { table, operation, key, retryable, cause });
    }
  }

  function call(part: PartName, method: string, spec: MethodSpec, run: (...args: unknown[]) => unknown) {
    const table = tableOfPart(part);
    return async (...args: unknown[]): Promise<unknown> => {
      checkOpen(table, method);
      const checked = checkArguments(table, method, spec, args);
      if (spec.kind === "write") checkFence(table, method, checked.at(-1) as WriteOptions | undefined);
      const answer = copyAnswer(placed(table, method, () => run(...checked)));
      announce();
      return answer;
    };
  }

  const asyncParts = Object.fromEntries(
    (Object.keys(STORE_METHODS) as PartName[]).map((part) => {
      const methods = Object.entries<MethodSpec>(STORE_METHODS[part]);
      const runs = parts[part] as unknown as Record<string, (...args: unknown[]) => unknown>;
      return [
        part,
        Object.fromEntries(
          methods.map(([method, spec]) => {
            const run = runs[method];
            if (run === undefined) throw new TypeError(`the model has no ${part}.${method}`);
            return [method, call(part, method, spec, run)];
          }),
        ),
      ];
    }),
  ) as unknown as StoreParts;

  const tables = Object.entries(model.tables) as [TableName, (typeof model.tables)[TableName]][];
  return {
    ...asyncParts,
    backend: "memory",
    async schemaVersion() {
      checkOpen(null, "schemaVersion");
      return readMigrations().length;
    },
    async health() {
      checkOpen(null, "health");
    },
    async sizes() {
      checkOpen(null, "sizes");
      return Object.fromEntries(tables.map(([name, table]) => [name, table.size()])) as Record<TableName, number>;
    },
    async sweep(limit) {
      checkOpen(null, "sweep");
      checkArguments("store", "sweep", SWEEP_METHOD, [limit]);
      return tables.reduce((swept, [, table]) => swept + table.sweep(limit), 0);
    },
    watch(listener) {
      checkOpen(null, "watch");
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      listeners.clear();
    },
  };
}
