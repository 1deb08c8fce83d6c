import { StoreError } from "@miroir/store-contract";
import { describe, expect, it } from "vitest";
import { type RedisStoreOptions, readOptions } from "../src/options.ts";

describe("readOptions", () => {
  it.each([
    ["redis://db.example", { address: { host: "db.example", port: 6379 }, tls: undefined, db: 0 }],
    ["rediss://db.example:7000/3", { address: { host: "db.example", port: 7000 }, tls: {}, db: 3 }],
    ["valkey://127.0.0.1:1", { address: { host: "127.0.0.1", port: 1 }, tls: undefined, db: 0 }],
    ["valkeys://[::1]:1/", { address: { host: "::1", port: 1 }, tls: {}, db: 0 }],
    ["redis://", { address: { host: "127.0.0.1", port: 6379 }, tls: undefined, db: 0 }],
  ])("reads %s", (url, { address, tls, db }) => {
    expect(readOptions({ url })).toMatchObject({ topology: { kind: "server", address }, db });
    expect(readOptions({ url }).tls).toEqual(tls);
  });

  it("reads a user and a password, decoded", () => {
    expect(readOptions({ url: "redis://gate:p%40ss%3A@h" })).toMatchObject({ username: "gate", password: "p@ss:" });
    expect(readOptions({ url: "redis://:only@h" })).toMatchObject({ username: undefined, password: "only" });
  });

  it("lets an option win over the URL", () => {
    expect(readOptions({ url: "redis://a:b@h/1", db: 2, password: "c" })).toMatchObject({
      db: 2,
      username: "a",
      password: "c",
    });
  });

  it("reads sentinels and Clusters from a URL", () => {
    const sentinel = readOptions({ url: "rediss+sentinel://gate:p%40ss@one,two:7000,[::1]:1/2?name=main" });
    expect(sentinel).toMatchObject({ username: "gate", password: "p@ss", db: 2, tls: {} });
    expect(sentinel.topology).toEqual({
      kind: "sentinel",
      sentinels: {
        name: "main",
        addresses: [
          { host: "one", port: 26_379 },
          { host: "two", port: 7000 },
          { host: "::1", port: 1 },
        ],
      },
    });
    expect(readOptions({ url: "valkey+cluster://one,two:7000" })).toMatchObject({
      topology: {
        kind: "cluster",
        nodes: [
          { host: "one", port: 6379 },
          { host: "two", port: 7000 },
        ],
      },
      tls: undefined,
      db: 0,
    });
  });

  it("takes sentinels and Clusters", () => {
    const addresses = [{ host: "h", port: 1 }];
    expect(readOptions({ sentinels: { name: "main", addresses } }).topology.kind).toBe("sentinel");
    expect(readOptions({ cluster: addresses }).topology.kind).toBe("cluster");
  });

  it.each<[string, RedisStoreOptions]>([
    ["nowhere to connect to", {}],
    ["two places", { url: "redis://h", cluster: [{ host: "h", port: 1 }] }],
    ["another scheme", { url: "http://secret@h" }],
    ["what is no URL", { url: "secret" }],
    ["a path that is no number", { url: "redis://:secret@h/db" }],
    ["several hosts of one server", { url: "redis://:secret@one,two" }],
    ["sentinels without a master's name", { url: "redis+sentinel://:secret@one" }],
    ["a parameter that there is not", { url: "redis://:secret@one?name=main" }],
    ["a port that is no number", { url: "redis://:secret@one:port" }],
    ["half an escape", { url: "redis://:%secret@one" }],
    ["a database of a Cluster's URL", { url: "redis+cluster://:secret@one/1" }],
    ["a database of a Cluster", { cluster: [{ host: "h", port: 1 }], db: 1 }],
    ["a Cluster without nodes", { cluster: [] }],
    ["a negative database", { url: "redis://h", db: -1 }],
    ["an empty prefix", { url: "redis://h", prefix: "" }],
    ["a prefix with a brace", { url: "redis://h", prefix: "a}b" }],
    ["a prefix that is too long", { url: "redis://h", prefix: "a".repeat(65) }],
    ["no time at all", { url: "redis://h", commandTimeoutMs: 0 }],
  ])("refuses %s, without telling the URL", (_, options) => {
    try {
      readOptions(options);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: "invalid_argument", operation: "open" });
      expect((error as StoreError).message).not.toContain("secret");
      return;
    }
    throw new Error("expected a refusal");
  });
});
