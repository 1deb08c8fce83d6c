import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevNode } from "@miroir/dev-node";
import { openStore, type StoreSettings } from "@miroir/store";
import { startRedis, testPrefix } from "@miroir/store/test-redis";
import { type Store, systemClock } from "@miroir/store-contract";
import { createFaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startMaintenance } from "../../src/maintenance/worker.ts";
import { GATEWAY, startProcess } from "../support/processes.ts";

/** Processes are started and stopped here, on machines that do other things as well. */
const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS });

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const WAIT = { timeout: PATIENCE_MS, interval: 5 };
const retention = { maxTasks: 1_000, finishedTasksMs: null, finishedJobsMs: 1_000 };

const BACKENDS: Record<StoreSettings["backend"], () => Promise<StoreSettings>> = {
  sqlite: async () => ({ backend: "sqlite", path: join(await mkdtemp(join(tmpdir(), "miroir-upkeep-")), "miroir.db") }),
  async redis() {
    const redis = await startRedis();
    closing.push(() => redis.stop());
    return { backend: "redis", url: redis.url, prefix: testPrefix() };
  },
};
const backends = Object.entries(BACKENDS);

async function opened(settings: StoreSettings): Promise<Store> {
  const store = await openStore(settings);
  closing.push(() => store.close());
  return store;
}

/** Leaves the row of a gateway that died. */
const leaveRow = (store: Store) => store.gateways.heartbeat("dead", "http://dead", 1);
const rowsOfGateways = async (store: Store) => (await store.sizes()).gateways;

function maintain(store: Store, holder: string, lines: string[] = []) {
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  const maintenance = startMaintenance({
    store,
    clock: systemClock,
    log,
    holder,
    intervalMs: 20,
    leaseMs: PATIENCE_MS,
    retention,
  });
  closing.push(() => maintenance.close());
  return maintenance;
}

describe.each(backends)("two gateways on one store in %s", (_, settingsOf) => {
  it("clean up one at a time, and the other takes over when the first stops", async () => {
    const settings = await settingsOf();
    const [one, two] = [createFaultyStore(await opened(settings)), createFaultyStore(await opened(settings))];
    const first = maintain(one.store, "one");
    await expect.poll(() => one.calls.filter((name) => name === "store.sweep").length, WAIT).toBeGreaterThan(0);
    maintain(two.store, "two");
    await leaveRow(one.store);
    await expect.poll(() => rowsOfGateways(one.store), WAIT).toBe(0);
    await expect.poll(() => two.calls.filter((name) => name === "leaderLease.acquire").length, WAIT).toBeGreaterThan(2);
    expect(two.calls).not.toContain("store.sweep");

    await first.close();
    await leaveRow(two.store);
    await expect.poll(() => rowsOfGateways(two.store), WAIT).toBe(0);
    expect(await two.store.leaderLease.get("maintenance")).toMatchObject({ holder: "two", epoch: 2 });
  });

  it("go on when the one that cleans up is killed with -9", async () => {
    const settings = await settingsOf();
    const node = createDevNode();
    closing.push(() => node.close());
    const env = {
      MIROIR_NODES: await node.listen(),
      MIROIR_TASK_STORE_BACKEND: settings.backend,
      ...(settings.backend === "redis"
        ? { MIROIR_TASK_STORE_URL: settings.url ?? "", MIROIR_TASK_STORE_PREFIX: settings.prefix ?? "" }
        : { MIROIR_TASK_STORE_PATH: settings.path }),
      MIROIR_MAINTENANCE_INTERVAL_MS: "50",
      MIROIR_SERVER_PORT: "0",
      MIROIR_LOG_LEVEL: "silent",
    };
    const gateways = await Promise.all([0, 1].map(() => startProcess(GATEWAY, [], env)));
    closing.push(() => Promise.all(gateways.map((gateway) => gateway.end("SIGKILL"))));
    const store = await opened(settings);
    const live = async () => (await store.gateways.list({})).items;
    expect(await live()).toHaveLength(2);
    const owner = async () => (await store.leaderLease.get("maintenance"))?.holder;
    await expect.poll(owner, WAIT).toBeDefined();
    const killed = await owner();
    const address = (await live()).find(({ gatewayId }) => gatewayId === killed)?.address;
    await gateways.find((gateway) => gateway.address === address)?.end("SIGKILL");

    await leaveRow(store);
    await expect.poll(owner, WAIT).not.toBe(killed);
    // The row of the gateway that was killed is still within its time.
    await expect.poll(async () => (await rowsOfGateways(store)) - (await live()).length, WAIT).toBe(0);
    expect((await live()).some(({ gatewayId }) => gatewayId === "dead")).toBe(false);
  });
});

it("says once that it fails, goes on trying, and says when it works again", async () => {
  const faulty = createFaultyStore(createModelStore());
  const lift = faulty.add({ methods: ["store.sweep"], error: { code: "unavailable", retryable: true } });
  const lines: string[] = [];
  maintain(faulty.store, "one", lines);
  await expect.poll(() => faulty.calls.filter((name) => name === "store.sweep").length, WAIT).toBeGreaterThan(3);
  expect(lines).toEqual(["cleaning up the store failed; it is tried again"]);
  lift();
  await expect.poll(() => lines.at(-1), WAIT).toBe("cleaning up the store works again");
});

it("ends after the slice under way when it is closed", async () => {
  const faulty = createFaultyStore(createModelStore());
  const { tasks } = faulty.store;
  for (let i = 0; i < 900; i++)
    await tasks.create({ indexUid: null, type: "t", nodeTasks: {}, status: i < 300 ? "succeeded" : "enqueued" });
  faulty.add({ methods: ["tasks.deleteFinished"], delayMs: 20 });
  const log = pino({ level: "silent" });
  const options = { store: faulty.store, clock: systemClock, log, holder: "one", intervalMs: 60_000 };
  const maintenance = startMaintenance({ ...options, retention: { ...retention, maxTasks: 500 } });
  await expect.poll(() => faulty.calls.filter((name) => name === "tasks.deleteFinished").length, WAIT).toBe(1);
  await maintenance.close();
  expect(faulty.calls.filter((name) => name === "tasks.deleteFinished")).toHaveLength(1);
  expect(faulty.calls).not.toContain("jobs.pruneFinished");
  expect(await faulty.store.leaderLease.get("maintenance")).toBeNull();
});
