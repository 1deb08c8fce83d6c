import type { Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { beforeEach, describe, expect, it } from "vitest";
import { type CleanUpOptions, cleanUp } from "../../src/maintenance/clean-up.ts";

let nowMs: number;
let store: Store;
let options: CleanUpOptions;
const KEEP_ALL = { maxTasks: 1_000_000, finishedTasksMs: null, finishedJobsMs: 1_000_000 };
const clock = { now: () => nowMs };

beforeEach(async () => {
  nowMs = 1_000_000;
  store = createModelStore({ clock });
  await store.leaderLease.acquire("s", "me", 1_000_000);
  const slices = { mayGoOn: async () => true, elapsed: () => 0, pause: async () => undefined };
  options = { store, clock, retention: KEEP_ALL, fence: { scope: "s", epoch: 1 }, ...slices };
});

async function addTasks(count: number, status: "enqueued" | "succeeded" = "succeeded"): Promise<void> {
  for (let i = 0; i < count; i++) await store.tasks.create({ indexUid: "i", type: "t", nodeTasks: {}, status });
}
const uids = async () => (await store.tasks.list({}, { limit: 1000, reverse: true })).items.map(({ uid }) => uid);

describe("cleaning up", () => {
  it("deletes rows past their deadline, such as those of gateways that were killed", async () => {
    await store.gateways.heartbeat("dead", "http://a", 100);
    await store.gateways.heartbeat("alive", "http://b", 10_000);
    nowMs += 100;
    expect((await store.sizes()).gateways).toBe(2);
    expect(await cleanUp(options)).toEqual({ expired: 1, tasks: 0, jobs: 0 });
    expect((await store.sizes()).gateways).toBe(1);
  });

  it("keeps tasks, however old, as long as there are not too many", async () => {
    await addTasks(99);
    nowMs += 10 * 365 * 24 * 3600 * 1000;
    await store.leaderLease.acquire("s", "me", 1000);
    const fence = { scope: "s", epoch: (await store.leaderLease.get("s"))?.epoch ?? 0 };
    expect(await cleanUp({ ...options, fence, retention: { ...KEEP_ALL, maxTasks: 100 } })).toMatchObject({ tasks: 0 });
  });

  it("deletes the oldest finished tasks when there are too many, a tenth of what may be kept, and none that goes on", async () => {
    await addTasks(5, "enqueued");
    await addTasks(95);
    expect(await cleanUp({ ...options, retention: { ...KEEP_ALL, maxTasks: 100 } })).toMatchObject({ tasks: 10 });
    expect(await uids()).toEqual([0, 1, 2, 3, 4, ...Array.from({ length: 85 }, (_, i) => i + 15)]);
    expect(await cleanUp({ ...options, retention: { ...KEEP_ALL, maxTasks: 100 } })).toMatchObject({ tasks: 0 });
  });

  it("has enough when all that is left goes on", async () => {
    await addTasks(30, "enqueued");
    await addTasks(3);
    expect(await cleanUp({ ...options, retention: { ...KEEP_ALL, maxTasks: 10 } })).toMatchObject({ tasks: 3 });
    expect(await uids()).toHaveLength(30);
  });

  it("deletes finished tasks and jobs past the time they are kept", async () => {
    await addTasks(3);
    await store.jobs.enqueue({ id: "done", type: "t", params: {} });
    await store.jobs.cancel("done");
    await store.jobs.enqueue({ id: "due", type: "t", params: {} });
    nowMs += 500;
    await addTasks(2);
    const retention = { ...KEEP_ALL, finishedTasksMs: 500, finishedJobsMs: 499 };
    nowMs += 1;
    expect(await cleanUp({ ...options, retention })).toEqual({ expired: 0, tasks: 3, jobs: 1 });
    expect(await uids()).toEqual([3, 4]);
    expect(await store.jobs.get("done")).toBeNull();
    expect(await store.jobs.get("due")).not.toBeNull();
  });

  it("deletes no task once another gateway has taken over", async () => {
    await addTasks(100);
    await store.leaderLease.release("s", "me", 1);
    await store.leaderLease.acquire("s", "another", 1_000);
    const retention = { ...KEEP_ALL, maxTasks: 100 };
    await expect(cleanUp({ ...options, retention })).rejects.toMatchObject({ code: "not_holder" });
    expect(await uids()).toHaveLength(100);
  });
});
