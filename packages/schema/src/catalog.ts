import { apiKeysKeyspace } from "./beside/api-keys.ts";
import { cdcOverflowKeyspace } from "./beside/cdc-overflow.ts";
import { cdcOverflowSinksKeyspace } from "./beside/cdc-overflow-sinks.ts";
import { countersKeyspace } from "./beside/counters.ts";
import { gatewaysKeyspace } from "./beside/gateways.ts";
import { indexesKeyspace } from "./beside/indexes.ts";
import { loginBackoffKeyspace } from "./beside/login-backoff.ts";
import { rateLimitsKeyspace } from "./beside/rate-limits.ts";
import { scopedKeyObservationsKeyspace } from "./beside/scoped-key-observations.ts";
import { scopedKeysKeyspace } from "./beside/scoped-keys.ts";
import { taskCountsKeyspace } from "./beside/task-counts.ts";
import { webhooksKeyspace } from "./beside/webhooks.ts";
import { writeHintsKeyspace } from "./beside/write-hints.ts";
import { adminSessionsKeyspace } from "./tables/admin-sessions.ts";
import { aliasesKeyspace } from "./tables/aliases.ts";
import { canariesKeyspace } from "./tables/canaries.ts";
import { canaryRunsKeyspace } from "./tables/canary-runs.ts";
import { cdcCursorsKeyspace } from "./tables/cdc-cursors.ts";
import { idempotencyCacheKeyspace } from "./tables/idempotency-cache.ts";
import { jobsKeyspace } from "./tables/jobs.ts";
import { leaderLeaseKeyspace } from "./tables/leader-lease.ts";
import { nodeSettingsVersionKeyspace } from "./tables/node-settings-version.ts";
import { rolloverPoliciesKeyspace } from "./tables/rollover-policies.ts";
import { searchUiConfigKeyspace } from "./tables/search-ui-config.ts";
import { sessionsKeyspace } from "./tables/sessions.ts";
import { tasksKeyspace } from "./tables/tasks.ts";
import { tenantMapKeyspace } from "./tables/tenant-map.ts";

/** The fourteen tables, in the order of the docs. */
export const TABLES = {
  tasks: tasksKeyspace,
  nodeSettingsVersion: nodeSettingsVersionKeyspace,
  aliases: aliasesKeyspace,
  sessions: sessionsKeyspace,
  idempotencyCache: idempotencyCacheKeyspace,
  jobs: jobsKeyspace,
  leaderLease: leaderLeaseKeyspace,
  canaries: canariesKeyspace,
  canaryRuns: canaryRunsKeyspace,
  cdcCursors: cdcCursorsKeyspace,
  tenantMap: tenantMapKeyspace,
  rolloverPolicies: rolloverPoliciesKeyspace,
  searchUiConfig: searchUiConfigKeyspace,
  adminSessions: adminSessionsKeyspace,
} as const;

/** The state kept beside the fourteen tables, in the same way. */
export const BESIDE = {
  counters: countersKeyspace,
  taskCounts: taskCountsKeyspace,
  indexes: indexesKeyspace,
  apiKeys: apiKeysKeyspace,
  gateways: gatewaysKeyspace,
  rateLimits: rateLimitsKeyspace,
  loginBackoff: loginBackoffKeyspace,
  cdcOverflow: cdcOverflowKeyspace,
  cdcOverflowSinks: cdcOverflowSinksKeyspace,
  scopedKeys: scopedKeysKeyspace,
  scopedKeyObservations: scopedKeyObservationsKeyspace,
  webhooks: webhooksKeyspace,
  writeHints: writeHintsKeyspace,
} as const;

export const KEYSPACES = { ...TABLES, ...BESIDE } as const;
export type TableName = keyof typeof KEYSPACES;
