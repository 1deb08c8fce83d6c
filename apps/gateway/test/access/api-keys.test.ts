import type { ChangeListener, Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApiKeys } from "../../src/access/api-keys.ts";
import { createDefaultKeys } from "../../src/access/default-keys.ts";

const KEY = { name: null, description: null, actions: ["search"], indexes: ["*"], expiresAt: null };
const UID = "00000001-0000-4000-8000-000000000001";

let store: Store;
beforeEach(() => {
  store = createModelStore();
});
afterEach(() => store.close());

describe("API keys in memory", () => {
  it("derives values from the master key, the same ones everywhere", () => {
    const value = createApiKeys(store, "masterKey").keyValue(UID);
    expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(createApiKeys(store, "masterKey").keyValue(UID)).toBe(value);
    expect(createApiKeys(store, "anotherKey").keyValue(UID)).not.toBe(value);
    expect(() => createApiKeys(store, null).keyValue(UID)).toThrow("without a master key");
  });

  it("reads the store once, whatever it is asked, wrong keys included", async () => {
    let reads = 0;
    const list: Store["apiKeys"]["list"] = (page) => {
      reads++;
      return store.apiKeys.list(page);
    };
    const keys = createApiKeys({ apiKeys: { ...store.apiKeys, list }, watch: store.watch }, "masterKey");
    await Promise.all([keys.withValue("wrong"), keys.withValue(keys.keyValue(UID)), keys.withUid(UID), keys.list()]);
    expect(await keys.withValue("wrong again")).toBe(null);
    expect(reads).toBe(1);
    await keys.create({ uid: UID, ...KEY });
    expect((await keys.withValue(keys.keyValue(UID)))?.uid).toBe(UID);
    expect(await keys.withUid(UID)).not.toBe(null);
    expect(reads).toBe(2);
  });

  it("knows at once what another gateway has changed", async () => {
    const [here, there] = [createApiKeys(store, "masterKey"), createApiKeys(store, "masterKey")];
    expect(await here.withUid(UID)).toBe(null);
    await there.create({ uid: UID, ...KEY });
    expect(await here.withValue(here.keyValue(UID))).not.toBe(null);
    await there.describe(UID, "renamed", null);
    expect((await here.withUid(UID))?.name).toBe("renamed");
    await there.delete(UID);
    expect(await here.withValue(here.keyValue(UID))).toBe(null);
  });

  it("reads again after changes may have been missed", async () => {
    const listeners: ChangeListener[] = [];
    const watch: Store["watch"] = (listener) => {
      listeners.push(listener);
      return () => undefined;
    };
    const keys = createApiKeys({ apiKeys: store.apiKeys, watch }, "masterKey");
    expect(await keys.withUid(UID)).toBe(null);
    await store.apiKeys.create({ uid: UID, ...KEY });
    expect(await keys.withUid(UID)).toBe(null);
    for (const listener of listeners) listener({ kind: "resync" });
    expect(await keys.withUid(UID)).not.toBe(null);
  });

  it("asks again after the store has failed", async () => {
    let isDown = true;
    const list: Store["apiKeys"]["list"] = (page) =>
      isDown ? Promise.reject(new Error("down")) : store.apiKeys.list(page);
    const keys = createApiKeys({ apiKeys: { ...store.apiKeys, list }, watch: store.watch }, "masterKey");
    await expect(keys.withValue("x")).rejects.toThrow("down");
    isDown = false;
    expect(await keys.withValue("x")).toBe(null);
  });
});

describe("the default keys", () => {
  const names = async () => (await store.apiKeys.list({})).items.map(({ name }) => name);
  const ALL = [
    "Default Search API Key",
    "Default Admin API Key",
    "Default Read-Only Admin API Key",
    "Default Chat API Key",
  ];

  it("are made once, in the order of a node", async () => {
    await createDefaultKeys(store);
    expect(await names()).toEqual(ALL);
    await createDefaultKeys(store);
    expect(await names()).toEqual(ALL);
  });

  it("are made once by gateways that start together", async () => {
    await Promise.all(Array.from({ length: 8 }, () => createDefaultKeys(store)));
    expect(await names()).toEqual(ALL);
  });

  it("stay deleted, one or all of them", async () => {
    await createDefaultKeys(store);
    for (const { uid } of (await store.apiKeys.list({})).items) await store.apiKeys.delete(uid);
    await createDefaultKeys(store);
    expect(await names()).toEqual([]);
  });

  it("are completed by the next gateway when one died half-way", async () => {
    let created = 0;
    const create: Store["apiKeys"]["create"] = (...args) => {
      if (++created > 2) throw new Error("died");
      return store.apiKeys.create(...args);
    };
    const { leaderLease } = store;
    // What it had, it gives up only when its lease ends; here at once.
    const acquired: Parameters<typeof leaderLease.release>[] = [];
    const acquire: typeof leaderLease.acquire = async (scope, holder, ...rest) => {
      const outcome = await leaderLease.acquire(scope, holder, ...rest);
      acquired.push([scope, holder, outcome.lease.epoch]);
      return outcome;
    };
    const dying = { leaderLease: { ...leaderLease, acquire }, apiKeys: { ...store.apiKeys, create } };
    await expect(createDefaultKeys(dying)).rejects.toThrow("died");
    expect(await names()).toHaveLength(2);
    for (const lease of acquired) await leaderLease.release(...lease);
    await createDefaultKeys(store);
    expect(await names()).toEqual(ALL);
  });
});
