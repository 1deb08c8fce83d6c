import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
const prefix = testPrefix();
const store = await openRedisStore({ url: server.url, prefix });

afterAll(async () => {
  await store.close();
  await dropPrefix(redis, prefix);
  redis.disconnect();
  await server.stop();
});

const serverNow = async (): Promise<number> => {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
};

it("takes the time from the server unless a clock is given", async () => {
  const before = await serverNow();
  const { lease } = await store.leaderLease.acquire("scope", "holder", 60_000);
  const after = await serverNow();
  expect(lease.acquiredAt).toBeGreaterThanOrEqual(before);
  expect(lease.acquiredAt).toBeLessThanOrEqual(after);
  expect(lease.expiresAt).toBe(lease.acquiredAt + 60_000);
});

it("ends a lease, and every write fenced by it, at its deadline by the server's time", async () => {
  // Real time is the point: 100 ms, and what a busy machine adds only makes the lease end more surely.
  const { lease } = await store.leaderLease.acquire("short", "holder", 100);
  const fence = { scope: "short", epoch: lease.epoch };
  while ((await serverNow()) < lease.expiresAt) await pause(lease.expiresAt - (await serverNow()) + 1);
  expect(await store.leaderLease.get("short")).toBeNull();
  await expect(store.nodeSettingsVersion.advance("i", "n", 1, { fence })).rejects.toMatchObject({ code: "not_holder" });
  expect(await store.leaderLease.acquire("short", "other", 100)).toMatchObject({ acquired: true, lease: { epoch: 2 } });
});
