import { type Store, StoreError } from "@miroir/store-contract";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Breaker, createBreaker } from "../../src/outage/breaker.ts";

const AWAY = { code: "unavailable", retryable: true } as const;
const LONG_MS = 60_000;

let faulty: FaultyStore;
let breaker: Breaker;
let store: Store;

function open(doubtMs: number): void {
  faulty = createFaultyStore(createModelStore());
  breaker = createBreaker(faulty.store, { log: pino({ level: "silent" }), doubtMs, probePauseMs: 1 });
  store = breaker.store;
}
beforeEach(() => open(LONG_MS));
afterEach(async () => {
  faulty.clear();
  await store.close();
});

const healed = () =>
  new Promise<void>((resolve) => {
    const stop = breaker.onHealed(() => {
      stop();
      resolve();
    });
  });
const callsOf = (name: string) => faulty.calls.filter((call) => call === name).length;

describe("a breaker", () => {
  it("asks a store that is away nothing but whether it is back", async () => {
    faulty.add({ error: AWAY });
    await expect(store.tasks.get(0)).rejects.toMatchObject(AWAY);
    for (let i = 0; i < 20; i++)
      await expect(store.indexes.get("i")).rejects.toMatchObject({ ...AWAY, table: "indexes", operation: "get" });
    expect([callsOf("tasks.get"), callsOf("indexes.get")]).toEqual([1, 0]);
    await expect.poll(() => callsOf("store.health")).toBeGreaterThan(2);
  });

  it("lets calls through again once the store is back, and says so", async () => {
    const lift = faulty.add({ error: AWAY });
    await expect(store.tasks.get(0)).rejects.toThrow(StoreError);
    await expect(store.tasks.get(0)).rejects.toThrow(StoreError);
    const back = healed();
    lift();
    await back;
    expect(await store.tasks.get(0)).toBeNull();
  });

  it("makes calls wait for the first probe: a failure of one call alone is not an outage", async () => {
    faulty.add({ methods: ["tasks.get"], error: AWAY, times: 1 });
    const back = healed();
    await expect(store.tasks.get(0)).rejects.toMatchObject(AWAY);
    expect(await Promise.all([store.tasks.get(0), store.indexes.get("i")])).toEqual([null, null]);
    await back;
  });

  it("makes them wait no longer than it may be in doubt", async () => {
    open(1);
    faulty.add({ methods: ["store.health"], delayMs: LONG_MS });
    faulty.add({ methods: ["tasks.get"], error: AWAY, times: 1 });
    await expect(store.tasks.get(0)).rejects.toMatchObject(AWAY);
    await expect(store.tasks.get(0)).rejects.toMatchObject({ message: "the store is away" });
  });

  it("gives up the calls under way once the store is known to be away", async () => {
    faulty.add({ error: AWAY });
    faulty.add({ methods: ["indexes.get"], delayMs: LONG_MS });
    const slow = store.indexes.get("i");
    await expect(store.tasks.get(0)).rejects.toMatchObject(AWAY);
    await expect(slow).rejects.toMatchObject({ message: "the store is away", table: "indexes", operation: "get" });
  });

  it("takes no other failure for an outage", async () => {
    faulty.add({ methods: ["tasks.get"], error: { code: "corrupt_row" }, times: 1 });
    await expect(store.tasks.get(0)).rejects.toMatchObject({ code: "corrupt_row" });
    await expect(store.tasks.get(-1)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await store.tasks.get(0)).toBeNull();
    expect(callsOf("store.health")).toBe(0);
  });

  it("probes no more once it is closed", async () => {
    faulty.add({ error: AWAY });
    await expect(store.tasks.get(0)).rejects.toThrow(StoreError);
    await store.close();
    const probes = callsOf("store.health");
    await new Promise((resolve) => setImmediate(resolve));
    expect(callsOf("store.health")).toBeLessThanOrEqual(probes + 1);
    await expect(store.tasks.get(0)).rejects.toThrow(StoreError);
  });
});
