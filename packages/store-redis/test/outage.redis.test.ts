import { type Change, type Store, StoreError } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { startProxy } from "./support/proxy.ts";
import { startServer, testPrefix } from "./support/redis.ts";

const TIMEOUT_MS = 400;
/** How much later than its timeout a call may fail on a busy machine. */
const MARGIN_MS = 1500;

const server = await startServer();
const proxy = await startProxy(server.port);
const redis = new Redis(server.url, { protocol: 2 });
let store: Store;

beforeEach(async () => {
  store = await openRedisStore({ url: proxy.url, prefix: testPrefix(), commandTimeoutMs: TIMEOUT_MS });
});
afterEach(() => store.close());
afterAll(async () => {
  redis.disconnect();
  await proxy.close();
  await server.stop();
});

const flip = (n: number) => store.aliases.create(`a${n}`, { kind: "single", currentUid: "i" });

async function unavailableInTime(call: Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await expect(call).rejects.toMatchObject({ code: "unavailable", retryable: true });
  expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + MARGIN_MS);
}

describe("an outage", () => {
  it("fails calls within their time while the server does not answer, and heals by itself", async () => {
    proxy.freeze(true);
    await Promise.all([
      unavailableInTime(flip(1)),
      unavailableInTime(store.aliases.get("a1")),
      unavailableInTime(store.aliases.list({})),
      unavailableInTime(store.health()),
    ]);
    proxy.freeze(false);
    proxy.cut();
    await expect
      .poll(() =>
        store.health().then(
          () => "well",
          () => "ill",
        ),
      )
      .toBe("well");
    expect(await flip(2)).toMatchObject({ version: 1 });
  });

  it("is not noticed when the connection is only lost for a moment", async () => {
    await flip(1);
    proxy.cut();
    expect(await Promise.all([flip(2), flip(3), store.aliases.get("a1")])).toMatchObject([
      { name: "a2" },
      { name: "a3" },
      { name: "a1" },
    ]);
  });

  it("refuses what would need more memory than there is, and still deletes", async () => {
    await flip(1);
    await redis.config("SET", "maxmemory", "1");
    try {
      const message = expect.stringContaining("maxmemory");
      await expect(flip(2)).rejects.toMatchObject({ code: "unavailable", retryable: true, message });
      expect(await store.aliases.delete("a1", null)).toBe(true);
    } finally {
      await redis.config("SET", "maxmemory", "0");
    }
    expect(await store.aliases.get("a2")).toBeNull();
    expect(await flip(2)).toMatchObject({ version: 1 });
  });

  it("fails writes while the server is a replica", async () => {
    await redis.replicaof("127.0.0.1", "1");
    await expect(flip(1)).rejects.toMatchObject({ code: "unavailable", retryable: true });
    await redis.call("REPLICAOF", "NO", "ONE");
    await expect
      .poll(() =>
        flip(1).then(
          () => "written",
          () => "refused",
        ),
      )
      .toBe("written");
  });

  it("forgets no script that the server has forgotten", async () => {
    await flip(1);
    await flip(2);
    await redis.script("FLUSH");
    expect(await flip(3)).toMatchObject({ version: 1 });
  });
});

describe("watching", () => {
  it("tells to read everything again after the connection was lost, and goes on", async () => {
    const changes: Change[] = [];
    store.watch((change) => changes.push(change));
    await flip(1);
    await expect.poll(() => changes).toEqual([{ kind: "row", table: "aliases", key: ["a1"] }]);
    proxy.cut();
    await expect.poll(() => changes.at(-1)).toEqual({ kind: "resync" });
    await flip(2);
    await expect.poll(() => changes.at(-1)).toEqual({ kind: "row", table: "aliases", key: ["a2"] });
  });
});

describe("a server that is killed", () => {
  it("has what it acknowledged when it writes every command to its append-only file", async () => {
    const first = await startServer(["--appendonly", "yes", "--appendfsync", "always"]);
    const prefix = testPrefix();
    const lived = await openRedisStore({ url: first.url, prefix, commandTimeoutMs: 2000 });
    let acknowledged = 0;
    const writing = (async () => {
      try {
        for (;;) {
          await lived.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
          acknowledged++;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
      }
    })();
    await expect.poll(() => acknowledged).toBeGreaterThan(50);
    await first.kill();
    await writing;
    await lived.close();
    const second = await first.again();
    const reopened = await openRedisStore({ url: second.url, prefix });
    const { total } = await reopened.tasks.list({}, {});
    expect(total).toBeGreaterThanOrEqual(acknowledged);
    expect(total).toBeLessThanOrEqual(acknowledged + 1);
    await reopened.close();
    await second.stop();
  });
});
