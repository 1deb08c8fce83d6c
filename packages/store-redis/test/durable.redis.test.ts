import type { Store } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openRedisStore, type RedisStoreOptions } from "../src/index.ts";
import { startCluster } from "./support/cluster.ts";
import { startProxy } from "./support/proxy.ts";
import { startServer, testPrefix, versionOf } from "./support/redis.ts";

const master = await startServer(["--appendonly", "yes", "--appendfsync", "always", "--repl-diskless-sync-delay", "0"]);
const version = await versionOf(master.url);
const redis = new Redis(master.url, { protocol: 2 });
const WAIT_MS = 300;
/** For a replica that is there, on a busy machine. */
const PATIENT_MS = 3000;

afterAll(async () => {
  redis.disconnect();
  await master.stop();
});

async function open(durable: RedisStoreOptions["durable"], url = master.url): Promise<Store> {
  const store = await openRedisStore({ url, prefix: testPrefix(), durable, commandTimeoutMs: 2000 });
  onTestFinished(() => store.close());
  return store;
}

const advance = (store: Store, version: number) => store.nodeSettingsVersion.advance("movies", "node", version);

/** How often the server was asked to run a command. */
async function callsOf(command: string): Promise<number> {
  const [, calls = "0"] = new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.info("commandstats")) ?? [];
  return Number(calls);
}

describe("durable writes to replicas", () => {
  it("are unavailable, and done, where there is no replica; others do not wait", async () => {
    const store = await open({ replicas: 1, timeoutMs: WAIT_MS });
    await store.gateways.heartbeat("g", "a", 1000);
    const why = { code: "unavailable", retryable: true, message: expect.stringContaining("0 of 1 replicas") };
    await expect(advance(store, 1)).rejects.toMatchObject(why);
    expect((await store.nodeSettingsVersion.list("movies", {})).items).toMatchObject([{ version: 1 }]);
  });

  it("wait for the replica also when they are sent again on another connection", { timeout: 30_000 }, async () => {
    const replica = await startServer(["--replicaof", "127.0.0.1", String(master.port)]);
    onTestFinished(() => replica.stop());
    await expect.poll(async () => await redis.wait(1, 100), { timeout: 20_000 }).toBe(1);
    const proxy = await startProxy(master.port);
    onTestFinished(() => proxy.close());
    const store = await open({ replicas: 1, timeoutMs: PATIENT_MS }, proxy.url);
    await advance(store, 1);
    replica.pause(true);
    try {
      const lost = proxy.loseReplies(1, (request) => request.includes("WAIT"));
      await expect(advance(store, 2)).rejects.toMatchObject({ message: expect.stringContaining("0 of 1 replicas") });
      await lost;
    } finally {
      replica.pause(false);
    }
    expect(await advance(store, 3)).toBe(3);
  });

  it("are awaited on a Cluster", { timeout: 60_000 }, async () => {
    const cluster = await startCluster({ replicas: true });
    onTestFinished(() => cluster.stop());
    const hosts = cluster.addresses.map(({ host, port }) => `${host}:${port}`).join(",");
    const store = await open({ replicas: 1, timeoutMs: PATIENT_MS }, `redis+cluster://${hosts}`);
    expect(await advance(store, 1)).toBe(1);
    const none = await open({ replicas: 2, timeoutMs: WAIT_MS }, `redis+cluster://${hosts}`);
    await expect(advance(none, 1)).rejects.toMatchObject({ message: expect.stringContaining("1 of 2 replicas") });
  });
});

const hasWaitAof = version >= 7.02;
const onDisk = hasWaitAof
  ? "durable writes to the disk"
  : "durable writes to the disk (skipped: this server has no WAITAOF)";

describe.skipIf(!hasWaitAof)(onDisk, () => {
  it("are acknowledged once they are there", async () => {
    const store = await open({ replicas: 0, disk: true, timeoutMs: 2000 });
    const before = await callsOf("waitaof");
    await advance(store, 1);
    await store.gateways.heartbeat("g", "a", 1000);
    expect(await callsOf("waitaof")).toBe(before + 1);
  });

  it("are unavailable where the replica's disk does not have them", async () => {
    const store = await open({ replicas: 1, disk: true, timeoutMs: WAIT_MS });
    const message = expect.stringContaining("0 of 1 replicas had the write on their disks");
    await expect(advance(store, 1)).rejects.toMatchObject({ code: "unavailable", message });
  });

  it("are refused at opening where nothing is written to the disk", async () => {
    const forgetful = await startServer(["--appendonly", "no"]);
    onTestFinished(() => forgetful.stop());
    const message = expect.stringContaining("appendonly is yes");
    const opening = open({ replicas: 0, disk: true, timeoutMs: 2000 }, forgetful.url);
    await expect(opening).rejects.toMatchObject({ code: "unavailable", retryable: false, message });
  });
});

it("refuses to wait for the disk where the server cannot, with its version", async () => {
  const proxy = await startProxy(master.port);
  onTestFinished(() => proxy.close());
  proxy.rewrite((answer) =>
    Buffer.from(answer.toString("latin1").replace(/redis_version:\d+\.\d/, "redis_version:7.0"), "latin1"),
  );
  await expect(open({ replicas: 0, disk: true, timeoutMs: 2000 }, proxy.url)).rejects.toMatchObject({
    code: "unavailable",
    retryable: false,
    message: expect.stringMatching(/7\.2 or newer, or Valkey; this server is 7\.0/),
  });
});
