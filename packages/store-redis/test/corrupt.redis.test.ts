import { StoreError } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { createKeys } from "../src/keys.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });
const prefix = testPrefix();
const reported: StoreError[] = [];
const store = await openRedisStore({ url: server.url, prefix, onCorruptRow: (error) => reported.push(error) });
const { row } = createKeys(prefix, 0);

afterAll(async () => {
  await store.close();
  await dropPrefix(redis, prefix);
  redis.disconnect();
  await server.stop();
});

const SPOILT: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
  "is not a hash": async (key) => {
    await redis.del(key);
    await redis.set(key, "x");
  },
  "version is not an integer": (key) => redis.hset(key, "version", "1.5"),
  "history is not JSON": (key) => redis.hset(key, "history", "["),
  "kind is none of its allowed values": (key) => redis.hset(key, "kind", "both"),
  "created_at is missing": (key) => redis.hdel(key, "created_at"),
};

it.each(Object.entries(SPOILT))("a row that %s names itself and hides no neighbour", async (what, spoil) => {
  for (const name of ["a", "b", "c"]) {
    await store.aliases.delete(name, null).catch(() => redis.del(row("aliases", name)));
    await redis.del(row("aliases", name));
    await store.aliases.create(name, { kind: "single", currentUid: "i" });
  }
  await spoil(row("aliases", "b"));
  reported.length = 0;
  const corrupt = { code: "corrupt_row", table: "aliases", key: ["b"] };
  const page = await store.aliases.list({ limit: 2 });
  expect(page.items.map(({ name }) => name)).toEqual(["a", "c"]);
  expect(page.next).toBeNull();
  expect(reported).toEqual([expect.objectContaining(corrupt)]);
  expect(reported[0]?.message).toContain(what);
  await expect(store.aliases.get("b")).rejects.toMatchObject({ ...corrupt, operation: "get" });
});

it("a number that a script cannot read names its row, and nothing changes", async () => {
  await store.leaderLease.acquire("scope", "holder", 60_000);
  await redis.hset(row("leader_lease", "scope"), "expires_at", "soon");
  const before = await redis.hgetall(row("leader_lease", "scope"));
  const failure = store.leaderLease.acquire("scope", "other", 60_000);
  await expect(failure).rejects.toBeInstanceOf(StoreError);
  await expect(failure).rejects.toMatchObject({ code: "corrupt_row", table: "leader_lease", key: ["scope"] });
  expect(await redis.hgetall(row("leader_lease", "scope"))).toEqual(before);
});

it("a row that somebody deleted is passed over in lists", async () => {
  await store.canaries.put({
    id: "gone",
    name: "n",
    indexUid: "i",
    intervalMs: 1,
    query: {},
    assertions: [],
    enabled: true,
  });
  await redis.del(row("canaries", "gone"));
  expect(await store.canaries.list({})).toEqual({ items: [], next: null });
});
