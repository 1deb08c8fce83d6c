import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@miroir/store";
import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { interceptStore, type Store, systemClock } from "@miroir/store-contract";
import { afterEach, expect, it } from "vitest";
import { cleanUp } from "../../src/maintenance/clean-up.ts";

const TASKS = process.env.MIROIR_TEST_DEEP ? 50_000 : 2_000;
const MAX_TASKS = TASKS / 2;
const AT_ONCE = 200;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const STORES: Record<string, () => Promise<Store>> = {
  sqlite: async () =>
    openStore({ backend: "sqlite", path: join(await mkdtemp(join(tmpdir(), "miroir-slices-")), "miroir.db") }),
  async redis() {
    const redis = await startRedis();
    closing.push(() => redis.stop());
    return openStore({ backend: "redis", url: redis.url, prefix: testPrefix(), commandTimeoutMs: 60_000 });
  },
};

it.for(Object.entries(STORES))(
  "deletes thousands of tasks in small slices, and ends with as many as may be kept: %s",
  { timeout: 300_000 },
  async ([, open], { task: { meta } }) => {
    const store = await open();
    closing.push(() => store.close());
    const task = { indexUid: "i", type: "t", nodeTasks: {}, status: "succeeded" } as const;
    for (let i = 0; i < TASKS; i += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, () => store.tasks.create(task)));
    await store.leaderLease.acquire("maintenance", "me", 600_000);
    const slices: number[] = [];
    const measured = interceptStore(store, async ({ name }, proceed) => {
      const startedAt = performance.now();
      const answer = await proceed();
      if (name === "tasks.deleteFinished") slices.push(performance.now() - startedAt);
      return answer;
    });
    const done = await cleanUp({
      store: measured,
      clock: systemClock,
      retention: { maxTasks: MAX_TASKS, finishedTasksMs: null, finishedJobsMs: 1_000 },
      fence: { scope: "maintenance", epoch: 1 },
      mayGoOn: async () => true,
      elapsed: () => performance.now(),
      pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const { succeeded } = await store.tasks.countByStatus();
    expect(succeeded).toBe(0.9 * MAX_TASKS);
    expect(done).toEqual({ expired: 0, tasks: TASKS - succeeded, jobs: 0 });
    slices.sort((a, b) => a - b);
    const at = (share: number) => Math.round(10 * (slices[Math.floor((slices.length - 1) * share)] ?? 0)) / 10;
    meta.figures = { deleted: done.tasks, slices: slices.length, slice_p50_ms: at(0.5), slice_p90_ms: at(0.9) };
  },
);
