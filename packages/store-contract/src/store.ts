import { KEYSPACES, type TableName } from "@miroir/schema";
import { type ApiKeys, apiKeysMethods } from "./beside/api-keys.ts";
import { type CdcOverflow, cdcOverflowMethods } from "./beside/cdc-overflow.ts";
import { type Gateways, gatewaysMethods } from "./beside/gateways.ts";
import { type Indexes, indexesMethods } from "./beside/indexes.ts";
import { type LoginBackoff, loginBackoffMethods } from "./beside/login-backoff.ts";
import { type RateLimits, rateLimitsMethods } from "./beside/rate-limits.ts";
import { type RawRows, rawRowsMethods } from "./beside/raw-rows.ts";
import { type ScopedKeys, scopedKeysMethods } from "./beside/scoped-keys.ts";
import { type Webhooks, webhooksMethods } from "./beside/webhooks.ts";
import { type WriteHints, writeHintsMethods } from "./beside/write-hints.ts";
import { batchLimit } from "./input.ts";
import type { MethodSpec, MethodSpecs } from "./methods.ts";
import { type AdminSessions, adminSessionsMethods } from "./tables/admin-sessions.ts";
import { type Aliases, aliasesMethods } from "./tables/aliases.ts";
import { type Canaries, canariesMethods } from "./tables/canaries.ts";
import { type CanaryRuns, canaryRunsMethods } from "./tables/canary-runs.ts";
import { type CdcCursors, cdcCursorsMethods } from "./tables/cdc-cursors.ts";
import { type IdempotencyCache, idempotencyCacheMethods } from "./tables/idempotency-cache.ts";
import { type Jobs, jobsMethods } from "./tables/jobs.ts";
import { type LeaderLeases, leaderLeaseMethods } from "./tables/leader-lease.ts";
import { type NodeSettingsVersions, nodeSettingsVersionMethods } from "./tables/node-settings-version.ts";
import { type RolloverPolicies, rolloverPoliciesMethods } from "./tables/rollover-policies.ts";
import { type SearchUiConfigs, searchUiConfigMethods } from "./tables/search-ui-config.ts";
import { type Sessions, sessionsMethods } from "./tables/sessions.ts";
import { type Tasks, tasksMethods } from "./tables/tasks.ts";
import { type TenantMap, tenantMapMethods } from "./tables/tenant-map.ts";
import type { ChangeListener } from "./watch.ts";

/** Everything a store keeps, part by part. */
export interface StoreParts {
  readonly tasks: Tasks;
  readonly nodeSettingsVersion: NodeSettingsVersions;
  readonly aliases: Aliases;
  readonly sessions: Sessions;
  readonly idempotencyCache: IdempotencyCache;
  readonly jobs: Jobs;
  readonly leaderLease: LeaderLeases;
  readonly canaries: Canaries;
  readonly canaryRuns: CanaryRuns;
  readonly cdcCursors: CdcCursors;
  readonly tenantMap: TenantMap;
  readonly rolloverPolicies: RolloverPolicies;
  readonly searchUiConfig: SearchUiConfigs;
  readonly adminSessions: AdminSessions;
  readonly indexes: Indexes;
  readonly apiKeys: ApiKeys;
  readonly gateways: Gateways;
  readonly rateLimits: RateLimits;
  readonly loginBackoff: LoginBackoff;
  readonly cdcOverflow: CdcOverflow;
  readonly scopedKeys: ScopedKeys;
  readonly webhooks: Webhooks;
  readonly writeHints: WriteHints;
  readonly rows: RawRows;
}

export type PartName = keyof StoreParts;

/** What errors call the table of a part: its name in SQL; `rows` for the part that is of all tables. */
export const tableOfPart = (part: PartName): string => (part === "rows" ? part : KEYSPACES[part].name);

/** What is known of every method, part by part: the door, the worker's dispatch and any wrapper over the contract read this. */
export const STORE_METHODS: { readonly [P in PartName]: MethodSpecs<StoreParts[P]> } = {
  tasks: tasksMethods,
  nodeSettingsVersion: nodeSettingsVersionMethods,
  aliases: aliasesMethods,
  sessions: sessionsMethods,
  idempotencyCache: idempotencyCacheMethods,
  jobs: jobsMethods,
  leaderLease: leaderLeaseMethods,
  canaries: canariesMethods,
  canaryRuns: canaryRunsMethods,
  cdcCursors: cdcCursorsMethods,
  tenantMap: tenantMapMethods,
  rolloverPolicies: rolloverPoliciesMethods,
  searchUiConfig: searchUiConfigMethods,
  adminSessions: adminSessionsMethods,
  indexes: indexesMethods,
  apiKeys: apiKeysMethods,
  gateways: gatewaysMethods,
  rateLimits: rateLimitsMethods,
  loginBackoff: loginBackoffMethods,
  cdcOverflow: cdcOverflowMethods,
  scopedKeys: scopedKeysMethods,
  webhooks: webhooksMethods,
  writeHints: writeHintsMethods,
  rows: rawRowsMethods,
};

/** `Store.sweep`, for the door. */
export const SWEEP_METHOD: MethodSpec = { kind: "write", args: [batchLimit] };

export const BACKENDS = ["sqlite", "redis", "memory"] as const;
export type Backend = (typeof BACKENDS)[number];

/**
 * The gateway's memory. All methods reject with `StoreError` and nothing else.
 * Not part of this contract: connections, transactions, files.
 */
export interface Store extends StoreParts {
  readonly backend: Backend;
  /** The newest migration applied. */
  schemaVersion(): Promise<number>;
  /** Resolves when the backend can read and write. @throws unavailable, closed. */
  health(): Promise<void>;
  /** How many rows each table has, expired ones not yet swept included. Walks the tables: for operators, not for requests. */
  sizes(): Promise<Record<TableName, number>>;
  /** Deletes at most `limit` (1 to 1000) rows past their deadline from each table that has one. @returns how many in all. @throws invalid_argument. */
  sweep(limit: number): Promise<number>;
  /** Calls back after rows of the watched tables changed (`WATCHED_TABLES`). @returns what stops it. */
  watch(listener: ChangeListener): () => void;
  /** Waits for what is under way, then lets go of everything. Closing again is no error; any other call then throws closed. */
  close(): Promise<void>;
}
