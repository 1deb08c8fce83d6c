import { KEYSPACES } from "@miroir/schema";
import { MOVABLE_TABLES, type RowBatch, type Store } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { afterAll, expect, it } from "vitest";
import { openRedisStore } from "../src/index.ts";
import { fillStore } from "./support/fill.ts";
import { dropPrefix, testPrefix } from "./support/redis.ts";
import { testServer } from "./support/test-server.ts";

const server = await testServer();
const redis = new Redis(server.url, { protocol: 2 });

/** Every key under a prefix with what it holds, but for what belongs to the handles that wrote it. */
async function dump(prefix: string): Promise<Record<string, unknown>> {
  const keys = (await redis.keys(`{${prefix}}:*`)).filter((key) => !key.includes(":_replies:"));
  const held = async (key: string): Promise<unknown> => {
    const type = await redis.type(key);
    if (type === "zset") return redis.call("ZRANGE", key, "0", "-1", "WITHSCORES");
    const fields = await redis.hgetallBuffer(key);
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value.toString("hex")]));
  };
  const entries = await Promise.all(keys.map(async (key) => [key.slice(prefix.length + 1), await held(key)] as const));
  return Object.fromEntries(entries);
}

/** Two stores with prefixes of their own, gone with the test. */
async function withStores(run: (from: Store, to: Store, prefixes: readonly [string, string]) => Promise<void>) {
  const prefixes = [testPrefix(), testPrefix()] as const;
  const [from, to] = await Promise.all(prefixes.map((prefix) => openRedisStore({ url: server.url, prefix })));
  if (from === undefined || to === undefined) throw new Error("no stores");
  try {
    await run(from, to, prefixes);
  } finally {
    await Promise.all([from.close(), to.close()]);
    for (const prefix of prefixes) await dropPrefix(redis, prefix);
  }
}

async function copy(from: Store, to: Store): Promise<void> {
  for (const table of MOVABLE_TABLES) {
    const { items, next } = await from.rows.read(table, { limit: 1000 });
    expect(next).toBeNull();
    await to.rows.write({ table, rows: items } as RowBatch);
  }
}

it("keeps for rows that were moved every key and index that the tables' own steps keep", () =>
  withStores(async (from, to, [source, target]) => {
    await fillStore(from);
    for (const status of ["enqueued", "succeeded"] as const) {
      await from.tasks.create({ indexUid: "books", type: "t", nodeTasks: {}, status });
    }
    await from.jobs.enqueue({ id: "_waiting", type: "a:b", params: {}, dedupeKey: "twin", parentId: "j" });
    await copy(from, to);
    const expected = await dump(source);
    expect(Object.keys(expected).length).toBeGreaterThan(60);
    expect(await dump(target)).toEqual(expected);
    // Again, over what is there: everything is left once and entered once.
    await copy(from, to);
    expect(await dump(target)).toEqual(expected);
  }));

it("leaves nothing behind that was derived from cleared rows", () =>
  withStores(async (from, _, [source]) => {
    await fillStore(from);
    for (const table of MOVABLE_TABLES) await from.rows.clear(table, 1000);
    expect(Object.keys(await dump(source)).map((key) => key.split(":").at(-1))).toEqual(["_schema"]);
  }));

it.each(["state", "status", "type"])("clears rows that hold nothing of what places them but their %s", (kept) =>
  withStores(async (store, _, [prefix]) => {
    await fillStore(store);
    await store.jobs.enqueue({ type: "waiting", params: {}, dedupeKey: "w" });
    for (const table of MOVABLE_TABLES) {
      const head = `{${prefix}}:${KEYSPACES[table].name}:`;
      for (const member of await redis.zrange(`${head}_index`, "0", "-1")) {
        const value = await redis.hget(`${head}${member}`, kept);
        await redis.del(`${head}${member}`);
        await redis.hset(`${head}${member}`, value === null ? { unknown: "column" } : { [kept]: value });
      }
      expect(await store.rows.clear(table, 1000), table).toBeGreaterThan(0);
      expect((await store.sizes())[table], table).toBe(0);
    }
  }),
);

it("tells of rows that cannot be read, next to those that can, and clears them", () =>
  withStores(async (store, _, [prefix]) => {
    for (const id of ["a", "b", "c", "d"]) await store.gateways.heartbeat(id, "address", 60_000);
    const key = (id: string) => `{${prefix}}:${KEYSPACES.gateways.name}:${id}`;
    await redis.hset(key("b"), "expires_at", "soon");
    await redis.del(key("c"));
    await redis.del(key("d"));
    await redis.set(key("d"), "text");
    const { items, unreadable } = await store.rows.read("gateways", {});
    expect(items.map(({ gatewayId }) => gatewayId)).toEqual(["a"]);
    const reasons = unreadable.map(({ key: [id], reason }) => `${id}: ${reason}`).sort();
    expect(reasons).toEqual([
      'b: gateways ["b"]: expires_at is not an integer',
      expect.stringMatching(/^c: ./),
      'd: gateways ["d"]: is not a hash',
    ]);
    expect(await store.rows.clear("gateways", 10)).toBe(4);
    expect((await store.sizes()).gateways).toBe(0);
  }));

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
