import { type MethodName, methodNames, type Store, type StoreParts } from "@miroir/store-contract";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import { beforeEach, describe, expect, expectTypeOf, it } from "vitest";

let inner: Store;
let faulty: FaultyStore;
let store: Store;

beforeEach(() => {
  inner = createModelStore();
  faulty = createFaultyStore(inner);
  store = faulty.store;
});

type Call = (...args: unknown[]) => Promise<unknown>;

function methodOf(of: Store, name: MethodName): Call {
  const [part = "", method = ""] = name.split(".");
  const owner = (part === "store" ? of : of[part as keyof StoreParts]) as unknown as Record<string, Call>;
  return (...args) => owner[method]?.(...args) ?? Promise.reject(new Error(`there is no ${name}`));
}

const outcome = (call: Promise<unknown>) => call.then(String, ({ code, retryable }) => ({ code, retryable }));

describe("a store with faults", () => {
  it("names every method of a store, and wraps every one of them", () => {
    const isFunction = (value: unknown) => typeof value === "function";
    const found = Object.entries(inner).flatMap(([part, value]) =>
      isFunction(value)
        ? [`store.${part}`]
        : Object.entries(value as object).flatMap(([name, method]) => (isFunction(method) ? [`${part}.${name}`] : [])),
    );
    expect([...methodNames(), "store.watch"].sort()).toEqual(found.sort());
    expect(Object.keys(store).sort()).toEqual(Object.keys(inner).sort());
    type PartMethods = { [P in keyof StoreParts]: `${P}.${keyof StoreParts[P] & string}` }[keyof StoreParts];
    type OwnMethods = `store.${Exclude<keyof Store, keyof StoreParts | "backend" | "watch">}`;
    expectTypeOf<MethodName>().toEqualTypeOf<PartMethods | OwnMethods>();
  });

  it.each(methodNames())("fails %s alone when told to, and not once that is lifted", async (name) => {
    const lift = faulty.add({ methods: [name], error: { code: "unavailable", retryable: true } });
    expect(await outcome(methodOf(store, name)())).toEqual({ code: "unavailable", retryable: true });
    for (const other of ["tasks.get", "store.schemaVersion"] as const)
      if (other !== name)
        expect(await outcome(methodOf(store, other)(0))).toEqual(await outcome(methodOf(inner, other)(0)));
    lift();
    // Called without its arguments: whatever the store itself says.
    expect(await outcome(methodOf(store, name)())).toEqual(await outcome(methodOf(inner, name)()));
    expect(faulty.calls[0]).toBe(name);
  });

  it("leaves nothing behind before execution, and all after it", async () => {
    const task = { indexUid: "i", type: "t", nodeTasks: {} };
    const error = { code: "unavailable" } as const;
    faulty.add({ methods: ["tasks.create"], error, times: 1 });
    await expect(store.tasks.create(task)).rejects.toMatchObject({ code: "unavailable", retryable: false });
    expect(await inner.tasks.get(0)).toBeNull();
    faulty.add({ methods: ["tasks.create"], error: { ...error, when: "after" }, times: 1 });
    await expect(store.tasks.create(task)).rejects.toMatchObject({ code: "unavailable" });
    expect(await inner.tasks.get(0)).toMatchObject({ uid: 0 });
    expect(await store.tasks.create(task)).toMatchObject({ uid: 1 });
  });

  it("befalls reads or writes, closing only when it is named", async () => {
    faulty.add({ kind: "write", error: { code: "capacity_exceeded" } });
    expect(await store.tasks.get(0)).toBeNull();
    await expect(store.indexes.delete("i")).rejects.toMatchObject({ code: "capacity_exceeded" });
    await expect(store.sweep(1)).rejects.toMatchObject({ code: "capacity_exceeded" });
    await store.close();
    await expect(store.tasks.get(0)).rejects.toMatchObject({ code: "closed" });
  });

  it("delays what it does not fail, and fails what it has delayed", async () => {
    const order: string[] = [];
    faulty.add({ methods: ["indexes.count"], delayMs: 5 });
    const slow = store.indexes.count().then(() => order.push("slow"));
    await store.tasks.get(0).then(() => order.push("quick"));
    await slow;
    expect(order).toEqual(["quick", "slow"]);
    await store.indexes.create({ uid: "a", physicalUid: "a", primaryKey: null });
    faulty.add({ methods: ["indexes.count"], replyDelayMs: 5 });
    const early = store.indexes.count();
    await store.indexes.delete("a");
    expect([await early, await inner.indexes.count()]).toEqual([1, 0]);
    faulty.add({ methods: ["indexes.count"], delayMs: 1, error: { code: "corrupt_row" } });
    await expect(store.indexes.count()).rejects.toMatchObject({ code: "corrupt_row", operation: "count" });
  });

  it("keeps changes from watchers, and tells them to read everything again", async () => {
    const heard: unknown[] = [];
    const stop = store.watch((change) => heard.push(change));
    const unmute = faulty.muteWatch();
    await store.indexes.create({ uid: "a", physicalUid: "a", primaryKey: null });
    expect(heard).toEqual([]);
    unmute();
    await store.indexes.touch("a");
    faulty.resync();
    expect(heard).toEqual([{ kind: "row", table: "indexes", key: ["a"] }, { kind: "resync" }]);
    stop();
    faulty.resync();
    expect(heard).toHaveLength(2);
  });
});
