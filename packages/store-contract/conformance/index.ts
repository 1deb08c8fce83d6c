import { describe, expect, it } from "vitest";
import type { Store } from "../src/store.ts";
import {
  everyMethodTests,
  type REFUSES_ARGUMENTS,
  type REFUSES_CLOSED,
  type REFUSES_FENCE,
  type REFUSES_TEXT,
} from "./every-method.ts";
import { jsonTests } from "./json.ts";
import { keyTests } from "./keys.ts";
import { adminSessionsTests } from "./parts/admin-sessions.ts";
import { aliasesTests } from "./parts/aliases.ts";
import { apiKeysTests } from "./parts/api-keys.ts";
import { canariesTests } from "./parts/canaries.ts";
import { canaryRunsTests } from "./parts/canary-runs.ts";
import { cdcCursorsTests } from "./parts/cdc-cursors.ts";
import { cdcOverflowTests } from "./parts/cdc-overflow.ts";
import { gatewaysTests } from "./parts/gateways.ts";
import { idempotencyCacheTests } from "./parts/idempotency-cache.ts";
import { indexesTests } from "./parts/indexes.ts";
import { jobsTests } from "./parts/jobs.ts";
import { leaderLeaseTests } from "./parts/leader-lease.ts";
import { loginBackoffTests } from "./parts/login-backoff.ts";
import { nodeSettingsVersionTests } from "./parts/node-settings-version.ts";
import { rateLimitsTests } from "./parts/rate-limits.ts";
import { rawRowsTests } from "./parts/raw-rows.ts";
import { rolloverPoliciesTests } from "./parts/rollover-policies.ts";
import { scopedKeysTests } from "./parts/scoped-keys.ts";
import { searchUiConfigTests } from "./parts/search-ui-config.ts";
import { sessionsTests } from "./parts/sessions.ts";
import { tasksTests } from "./parts/tasks.ts";
import { tenantMapTests } from "./parts/tenant-map.ts";
import { webhooksTests } from "./parts/webhooks.ts";
import { writeHintsTests } from "./parts/write-hints.ts";
import { storeTests } from "./store.ts";
import type { ConformanceTest, Subject, TestContext } from "./subject.ts";
import { watchTests } from "./watch.ts";

export { createManualClock, type ManualClock, manualClockFrom } from "./clock.ts";
export { restartSurvival } from "./restart.ts";
export { SAMPLES } from "./samples.ts";
export type { ConformanceTest, Subject, SubjectStorage, TestContext } from "./subject.ts";

const METHOD_TESTS = {
  ...tasksTests,
  ...nodeSettingsVersionTests,
  ...aliasesTests,
  ...sessionsTests,
  ...idempotencyCacheTests,
  ...jobsTests,
  ...leaderLeaseTests,
  ...canariesTests,
  ...canaryRunsTests,
  ...cdcCursorsTests,
  ...tenantMapTests,
  ...rolloverPoliciesTests,
  ...searchUiConfigTests,
  ...adminSessionsTests,
  ...indexesTests,
  ...apiKeysTests,
  ...gatewaysTests,
  ...rateLimitsTests,
  ...loginBackoffTests,
  ...cdcOverflowTests,
  ...scopedKeysTests,
  ...webhooksTests,
  ...writeHintsTests,
  ...rawRowsTests,
};
const OTHER_TESTS = {
  ...storeTests,
  "store.watch": watchTests,
  "keys never collide": keyTests,
  "json comes back": jsonTests,
};

type Titles<G> = { [N in keyof G & string]: `${N} > ${keyof G[N] & string}` }[keyof G & string];
type EveryMethod = typeof REFUSES_ARGUMENTS | typeof REFUSES_CLOSED | typeof REFUSES_FENCE | typeof REFUSES_TEXT;

/** A test of the suite, by group and title: one that is not there does not compile. */
export type ConformanceTestName =
  | Titles<typeof METHOD_TESTS>
  | Titles<typeof OTHER_TESTS>
  | `${keyof typeof METHOD_TESTS} > ${EveryMethod}`;

/** What a store does instead of what the contract says. None of Miroir's own has any. */
export interface Deviation {
  readonly reason: string;
  /** Proves what happens instead. */
  readonly instead: ConformanceTest;
}

/** Long enough for a busy machine and a disk that syncs; no test waits for it. */
const TEST_TIMEOUT_MS = 60_000;

const everyMethod = everyMethodTests();
const methodGroups = Object.entries<Record<string, ConformanceTest>>(METHOD_TESTS).map(
  ([group, tests]) => [group, { ...tests, ...everyMethod[group] }] as const,
);
const GROUPS = [...methodGroups, ...Object.entries<Record<string, ConformanceTest>>(OTHER_TESTS)];

/** How many tests the suite has: what the report of every store must count. */
export const CONFORMANCE_TESTS = GROUPS.reduce((sum, [, tests]) => sum + Object.keys(tests).length, 0);

/**
 * Registers the suite for a store, one `describe` for each method. Every test gets a storage of its own. The last test asserts that
 * all of them ran: a suite can stop running without a failure anywhere.
 */
export function conformance(
  subject: Subject & { readonly deviations?: Partial<Record<ConformanceTestName, Deviation>> },
): void {
  const deviations = new Map<string, Deviation>(Object.entries(subject.deviations ?? {}));
  let ran = 0;
  for (const [group, tests] of GROUPS) {
    describe(`${subject.name}#${group}`, () => {
      for (const [title, test] of Object.entries(tests)) {
        const deviation = deviations.get(`${group} > ${title}`);
        const name = deviation === undefined ? title : `${title} (deviates: ${deviation.reason})`;
        it(name, { timeout: TEST_TIMEOUT_MS }, () => {
          ran++;
          return runOn(subject, deviation?.instead ?? test);
        });
      }
    });
  }
  it(`${subject.name}: the whole suite has run`, () => {
    expect(ran).toBe(CONFORMANCE_TESTS);
  });
}

async function runOn(subject: Subject, test: ConformanceTest): Promise<void> {
  const storage = await subject.create();
  const handles: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await storage.open();
    handles.push(store);
    return store;
  };
  try {
    const context: TestContext = { store: await open(), open, clock: subject.clock };
    await test(context);
  } finally {
    for (const store of handles) await store.close();
    await storage.destroy();
  }
}
