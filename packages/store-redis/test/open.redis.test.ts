import { readMigrations } from "@miroir/schema/migrations";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRedisStore, type RedisStoreOptions } from "../src/index.ts";
import { createKeys } from "../src/keys.ts";
import { startProxy } from "./support/proxy.ts";
import { dropPrefix, freePort, startServer, testPrefix } from "./support/redis.ts";

const server = await startServer(["--appendonly", "no"]);
const redis = new Redis(server.url, { protocol: 2 });
let prefix = "";

beforeEach(() => {
  prefix = testPrefix();
});
afterEach(() => dropPrefix(redis, prefix));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const version = readMigrations().length;
const open = (options: Partial<RedisStoreOptions> = {}) => openRedisStore({ url: server.url, prefix, ...options });

describe("the schema's version", () => {
  it("is noted at the first opening and read at the next", async () => {
    const first = await open();
    expect(await first.schemaVersion()).toBe(version);
    expect(await redis.hgetall(createKeys(prefix, 0).schema)).toEqual({ version: `${version}` });
    const second = await open();
    await first.aliases.create("a", { kind: "single", currentUid: "i" });
    expect(await second.aliases.get("a")).not.toBeNull();
    await first.close();
    await second.close();
    await (await open()).close();
  });

  it("lets many open at once", async () => {
    const stores = await Promise.all(Array.from({ length: 20 }, () => open()));
    expect(await Promise.all(stores.map((store) => store.schemaVersion()))).toEqual(stores.map(() => version));
    await Promise.all(stores.map((store) => store.close()));
  });

  it("is refused when it is newer, and nothing changes", async () => {
    const { schema } = createKeys(prefix, 0);
    await redis.hset(schema, "version", 99);
    await expect(open()).rejects.toMatchObject({ code: "schema_newer", operation: "open" });
    expect(await redis.keys(`{${prefix}}*`)).toEqual([schema]);
    expect(await redis.hgetall(schema)).toEqual({ version: "99" });
  });

  it.each<[string, (schema: string) => Promise<unknown>]>([
    ["keys of others", (schema) => redis.set(`${schema}-of-another`, "x")],
    ["another type", (schema) => redis.set(schema, "x")],
    ["what is no version", (schema) => redis.hset(schema, "version", "one")],
  ])("is refused where there are %s, and nothing changes", async (_, put) => {
    await put(createKeys(prefix, 0).schema);
    const keys = await redis.keys(`{${prefix}}*`);
    await expect(open()).rejects.toMatchObject({ code: "schema_foreign" });
    expect(await redis.keys(`{${prefix}}*`)).toEqual(keys);
  });

  it("is brought up from version 1, whose rows are read as they are", async () => {
    const { schema, head, index } = createKeys(prefix, 0);
    await redis.hset(schema, "version", 1);
    const row = { uid: "movies", physical_uid: "movies", next_sequence: 7, created_at: 1, updated_at: 2 };
    await redis.hset(`${head}indexes:movies`, row);
    await redis.zadd(index("indexes"), 0, "movies");
    const store = await open();
    expect(await store.schemaVersion()).toBe(version);
    expect(await store.indexes.get("movies")).toMatchObject({ nextSequence: 7, pendingSwaps: null });
    await store.close();
  });

  it("is brought up from a made-up version 0, by many at once", async () => {
    const { schema, head } = createKeys(prefix, 0);
    await redis.hset(schema, "version", 0);
    await redis.hset(`${head}aliases`, { best: "movies", _odd: "books" });
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    const [store] = stores;
    expect(await store?.schemaVersion()).toBe(version);
    const list = await store?.aliases.list({});
    expect(list?.items.map(({ name, currentUid, version }) => [name, currentUid, version])).toEqual([
      ["_odd", "books", 1],
      ["best", "movies", 1],
    ]);
    expect(await redis.exists(`${head}aliases`)).toBe(0);
    await Promise.all(stores.map((one) => one.close()));
  });
});

describe("opening", () => {
  it("refuses a server that is too old, with its version", async () => {
    const proxy = await startProxy(server.port);
    proxy.rewrite((answer) =>
      Buffer.from(answer.toString("latin1").replace(/redis_version:\d\.\d/, "redis_version:6.0"), "latin1"),
    );
    await expect(open({ url: proxy.url })).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
      message: expect.stringMatching(/6\.2 or newer.*6\.0/),
    });
    await proxy.close();
  });

  it("is unavailable, soon, when nobody listens", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(open({ url, connectTimeoutMs: 300 })).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  it("tells what would lose data", async () => {
    const warnings: string[] = [];
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    await (await open({ onWarning: (message) => warnings.push(message) })).close();
    await redis.config("SET", "maxmemory-policy", "noeviction");
    expect(warnings).toEqual([expect.stringContaining("allkeys-lru"), expect.stringContaining("appendonly is no")]);
    await redis.config("SET", "appendonly", "yes");
    warnings.length = 0;
    await (await open({ onWarning: (message) => warnings.push(message) })).close();
    await redis.config("SET", "appendonly", "no");
    expect(warnings).toEqual([]);
  });

  it("leaves nothing of a handle behind that was closed", async () => {
    const store = await open();
    await store.aliases.create("a", { kind: "single", currentUid: "i" });
    await store.aliases.delete("a", null);
    await store.close();
    expect(await redis.keys(`{${prefix}}*`)).toEqual([createKeys(prefix, 0).schema]);
  });
});

describe("users", () => {
  it("work with the rights the docs list, and others are refused", async () => {
    const rights = ["on", ">secret", `~{${prefix}}:*`, "resetchannels", `&{${prefix}}:*`, "-@all"];
    const commands = [
      "@connection",
      "@scripting",
      "@hash",
      "@sortedset",
      "@pubsub",
      "+info",
      "+scan",
      "+time",
      "+del",
      "+exists",
      "+pexpire",
    ];
    await redis.call(
      "ACL",
      "SETUSER",
      "gateway",
      "reset",
      ...rights,
      ...commands.map((name) => (name.startsWith("@") ? `+${name}` : name)),
    );
    const store = await open({ username: "gateway", password: "secret" });
    await store.health();
    await store.aliases.create("a", { kind: "single", currentUid: "i" });
    await store.close();
    await expect(open({ username: "gateway", password: "wrong" })).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
    });
    await expect(open({ username: "gateway", password: "secret", prefix: testPrefix() })).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
    });
    await redis.call("ACL", "DELUSER", "gateway");
  });
});

describe("two stores on one server", () => {
  it("do not see each other: another prefix, another database", async () => {
    const other = testPrefix();
    const stores = [await open(), await open({ prefix: other }), await open({ db: 1 })];
    const changes: unknown[][] = stores.map(() => []);
    stores.forEach((store, i) => void store.watch((change) => changes[i]?.push(change)));
    for (const store of stores)
      expect(await store.aliases.create("a", { kind: "single", currentUid: "i" })).toMatchObject({ version: 1 });
    const told = { kind: "row", table: "aliases", key: ["a"] };
    await expect.poll(() => changes).toEqual([[told], [told], [told]]);
    for (const store of stores) await store.close();
    await dropPrefix(redis, other);
    await redis.select(1);
    await dropPrefix(redis, prefix);
    await redis.select(0);
  });
});
