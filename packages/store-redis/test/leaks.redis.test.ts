import { KEYSPACES } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";
import { createManualClock } from "@miroir/store-contract/conformance";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { startServer, testPrefix } from "./support/redis.ts";

const ROWS = process.env.MIROIR_TEST_DEEP ? 100_000 : 20_000;
const AT_ONCE = 100;
const TTL_MS = 60_000;

const server = await startServer(["--appendonly", "no"]);
const redis = new Redis(server.url, { protocol: 2 });
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

async function each(rows: number, write: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < rows; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows - from) }, (_, i) => write(from + i)));
  }
}

const writes = (store: Store): Readonly<Record<string, (i: number) => Promise<unknown>>> => ({
  sessions: (i) =>
    store.sessions.recordWrite(
      `s${i}`,
      { indexUid: `i${i % 10}`, taskUid: i, group: 0, settingsVersion: 1 },
      { ttlMs: TTL_MS, maxSessions: ROWS },
    ),
  idempotencyCache: (i) =>
    store.idempotencyCache.reserve({
      ...{ scope: "s", key: `k${i}`, bodySha256: Buffer.alloc(32) },
      ...{ ttlMs: TTL_MS, reservationMs: TTL_MS, maxEntries: ROWS },
    }),
  adminSessions: (i) =>
    store.adminSessions.create({
      ...{ sessionId: `s${i}`, csrfToken: "c", adminKeyHash: "a".repeat(64), ttlMs: TTL_MS },
      ...{ userAgent: null, sourceIp: null },
    }),
});

it(`leaves nothing of ${ROWS} sessions, idempotency keys and admin sessions that expired`, {
  timeout: 300_000,
}, async () => {
  const clock = createManualClock();
  const prefix = testPrefix();
  const store = await openRedisStore({ url: server.url, prefix, clock, commandTimeoutMs: 30_000 });
  // The handle's kept answers: as many as calls were under way at once, never more.
  await each(AT_ONCE, () => store.gateways.heartbeat("g", "a", TTL_MS));
  await store.gateways.remove("g");
  const before = await redis.dbsize();
  for (const write of Object.values(writes(store))) await each(ROWS, write);
  expect(await redis.dbsize()).toBeGreaterThan(before + 3 * ROWS);
  clock.advance(TTL_MS);
  let swept = 0;
  for (let last = -1; last !== 0; swept += last) last = await store.sweep(1000);
  expect(swept).toBe(3 * ROWS);
  const left = await redis.keys(`{${prefix}}:*`);
  expect(left.sort()).toEqual([`{${prefix}}:_schema`, ...left.filter((key) => key.includes("_replies"))].sort());
  expect(await redis.dbsize()).toBe(before);
  expect(Object.values(await store.sizes())).toEqual(Object.keys(KEYSPACES).map(() => 0));
  await store.close();
});
