import { setTimeout as pause } from "node:timers/promises";
import { type Store, StoreError } from "@miroir/store-contract";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { testPrefix } from "./support/redis.ts";
import { MASTER, startSentinels } from "./support/sentinel.ts";

const TIMEOUT_MS = 1000;
const MARGIN_MS = 1500;
const SCOPE = "settings:movies";

const sentinels = await startSentinels();
afterAll(() => sentinels.stop());

it("a promotion: calls fail in time and work again by themselves, and no write with an old epoch is accepted", {
  timeout: 60_000,
}, async () => {
  const prefix = testPrefix();
  const hosts = sentinels.addresses.map(({ host, port }) => `${host}:${port}`).join(",");
  const stores = await Promise.all(
    ["a", "b"].map(() =>
      openRedisStore({
        ...{ url: `redis+sentinel://${hosts}?name=${MASTER}`, prefix, commandTimeoutMs: TIMEOUT_MS },
        durable: { replicas: 1, timeoutMs: 500 },
      }),
    ),
  );
  const holderOf = new Map<number, string>();
  const written = { before: 0, after: 0 };
  let [newest, isPromoted, isOver, failures, slowest] = [0, false, false, 0, 0];

  /** A call's answer; `null` when it was refused or failed, as it may while the master changes. */
  async function tried<T>(call: Promise<T>): Promise<T | null> {
    const startedAt = performance.now();
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      expect(["unavailable", "not_holder"]).toContain(error.code);
      if (error.code === "unavailable") failures++;
      return null;
    } finally {
      slowest = Math.max(slowest, performance.now() - startedAt);
    }
  }

  /** Leads for a while, writes with its epoch (and with one that has passed), and lets the other lead. */
  async function gateway(store: Store, holder: string): Promise<void> {
    while (!isOver) {
      const outcome = await tried(store.leaderLease.acquire(SCOPE, holder, 200));
      if (outcome?.acquired) {
        const { epoch } = outcome.lease;
        expect(holderOf.get(epoch) ?? holder, `epoch ${epoch}`).toBe(holder);
        holderOf.set(epoch, holder);
        newest = Math.max(newest, epoch);
      }
      for (const epoch of [newest, newest - 1]) {
        if (epoch < 1) continue;
        const newestBefore = newest;
        const fence = { scope: SCOPE, epoch };
        const done = await tried(store.nodeSettingsVersion.advance("movies", "node-1", epoch, { fence }));
        if (done === null) continue;
        expect(epoch, "the epoch of a write that was accepted").toBeGreaterThanOrEqual(newestBefore);
        written[isPromoted ? "after" : "before"]++;
      }
      if (holderOf.get(newest) === holder) await tried(store.leaderLease.release(SCOPE, holder, newest));
      await pause(1);
    }
  }

  const running = Promise.all(stores.map((store, i) => gateway(store, `gateway-${i}`)));
  await expect.poll(() => written.before, { timeout: 10_000 }).toBeGreaterThan(20);
  await sentinels.promote();
  isPromoted = true;
  await expect.poll(() => written.after, { timeout: 30_000 }).toBeGreaterThan(20);
  isOver = true;
  await running;
  expect(failures).toBeGreaterThan(0);
  expect(slowest).toBeLessThan(TIMEOUT_MS + MARGIN_MS);
  await Promise.all(stores.map((store) => store.close()));
});
