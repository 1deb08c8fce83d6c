import type { Store } from "@miroir/store-contract";
import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { createModelStore } from "@miroir/store-contract/model";
import fc from "fast-check";
import pino from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { createIndexRegistry, type IndexRegistry, MAX_AGE_MS } from "../../src/indexes/registry.ts";

const AWAY = { code: "unavailable", retryable: true } as const;
const log = pino({ level: "silent" });

/** One gateway's view of a store that another one, `other`, writes to as well. */
let other: Store;
let faulty: FaultyStore;
let registry: IndexRegistry;
let store: Store;
let nowMs: number;

async function open(): Promise<void> {
  other = createModelStore();
  await reopen();
}

async function reopen(): Promise<void> {
  nowMs = 1_000_000;
  faulty = createFaultyStore(other);
  ({ registry, store } = createIndexRegistry({ store: faulty.store, clock: { now: () => nowMs }, log }));
  await settled();
  faulty.clear();
}
beforeEach(open);

/** What runs in the background runs on a store in memory, which answers within a few turns. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const index = (uid: string, physicalUid = uid) => ({ uid, physicalUid, primaryKey: null });
const gets = () => faulty.calls.filter((call) => call === "indexes.get").length;

describe("the registry of indexes", () => {
  it("asks the store once for what is read often", async () => {
    await store.indexes.create(index("a"));
    faulty.clear();
    for (let i = 0; i < 10; i++) expect(await registry.get("a")).toMatchObject({ uid: "a" });
    await Promise.all(Array.from({ length: 10 }, () => registry.get("a")));
    expect(gets()).toBe(1);
  });

  it("asks every time for an index that is not there, so that one made elsewhere is found at once", async () => {
    faulty.muteWatch();
    expect(await registry.get("a")).toBeNull();
    await other.indexes.create(index("a"));
    expect(await registry.get("a")).toMatchObject({ uid: "a" });
  });

  it("sees at once what this gateway writes, whatever the store announces", async () => {
    faulty.muteWatch();
    await store.indexes.create(index("a"));
    expect(await registry.get("a")).toMatchObject({ primaryKey: null });
    await store.indexes.setPrimaryKey("a", "id");
    expect(await registry.get("a")).toMatchObject({ primaryKey: "id" });
    await store.indexes.replacePrimaryKey("a", "id", "sku");
    expect(await registry.get("a")).toMatchObject({ primaryKey: "sku" });
    await store.indexes.create(index("b"));
    await registry.get("b");
    await store.indexes.swap([{ uids: ["a", "b"], rename: false }], null);
    expect(await registry.get("a")).toMatchObject({ physicalUid: "b" });
    expect(await registry.get("b")).toMatchObject({ physicalUid: "a" });
    await store.indexes.delete("a");
    expect(await registry.get("a")).toBeNull();
  });

  it("sees a write of this gateway whose answer was lost", async () => {
    faulty.muteWatch();
    await store.indexes.create(index("a"));
    await registry.get("a");
    faulty.add({ methods: ["indexes.delete"], error: { ...AWAY, when: "after" }, times: 1 });
    await expect(store.indexes.delete("a")).rejects.toMatchObject(AWAY);
    expect(await registry.get("a")).toBeNull();
  });

  it("sees at once what another gateway writes, when that is announced", async () => {
    await other.indexes.create(index("a"));
    await other.indexes.create(index("b"));
    expect(await registry.get("a")).toMatchObject({ physicalUid: "a" });
    await other.indexes.swap([{ uids: ["a", "b"], rename: false }], null);
    expect(await registry.get("a")).toMatchObject({ physicalUid: "b" });
    await other.indexes.delete("a");
    expect(await registry.get("a")).toBeNull();
  });

  it.each([
    ["deleted", (uid: string) => other.indexes.delete(uid), null],
    ["swapped", (uid: string) => other.indexes.swap([{ uids: [uid, "b"], rename: false }], null), { physicalUid: "b" }],
  ] as const)("sees an index %s elsewhere in 5 s at the latest, when that is not announced", async (_, write, seen) => {
    await other.indexes.create(index("a"));
    await other.indexes.create(index("b"));
    await registry.get("a");
    faulty.muteWatch();
    await write("a");
    // What a read began with answers as long as it is not seen.
    expect(await registry.get("a")).toMatchObject({ physicalUid: "a" });
    nowMs += MAX_AGE_MS;
    const found = await registry.get("a");
    if (seen === null) expect(found).toBeNull();
    else expect(found).toMatchObject(seen);
    expect(MAX_AGE_MS).toBe(5_000);
  });

  it("reads a row again in the background while it is in use", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    faulty.muteWatch();
    await other.indexes.delete("a");
    nowMs += MAX_AGE_MS / 2;
    expect(await registry.get("a")).toMatchObject({ uid: "a" });
    await settled();
    expect(await registry.get("a")).toBeNull();
  });

  it("takes no row for new that was read before the clock was set back", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    faulty.muteWatch();
    await other.indexes.delete("a");
    nowMs -= 3_600_000;
    expect(await registry.get("a")).toBeNull();
  });

  it("answers no read that begins after a change with a row read before it", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    await other.indexes.touch("a");
    // Read when the change comes, its answer still on the way.
    faulty.add({ methods: ["indexes.get"], replyDelayMs: 5, times: 1 });
    const early = registry.get("a");
    await other.indexes.delete("a");
    expect(await registry.get("a")).toBeNull();
    expect(await early).toMatchObject({ uid: "a" });
    expect(await registry.get("a")).toBeNull();
  });

  it("does not take an answer that comes late for what is known last", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    await other.indexes.touch("a");
    faulty.add({ methods: ["indexes.get"], replyDelayMs: 5, times: 1 });
    const early = registry.get("a");
    await other.indexes.setPrimaryKey("a", "id");
    expect(await registry.get("a")).toMatchObject({ primaryKey: "id" });
    expect(await early).toMatchObject({ primaryKey: null });
    faulty.add({ error: AWAY });
    expect(await registry.get("a")).toMatchObject({ primaryKey: "id" });
  });

  it("reads everything again when changes may have been missed", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    const unmute = faulty.muteWatch();
    await other.indexes.delete("a");
    unmute();
    faulty.resync();
    expect(await registry.get("a")).toBeNull();
  });
});

describe("the registry while the store is away", () => {
  it("answers with what it last read, however old, and does not invent that an index is not there", async () => {
    await other.indexes.create(index("a"));
    const row = await registry.get("a");
    faulty.add({ error: AWAY });
    for (const passed of [0, MAX_AGE_MS, 3_600_000]) {
      nowMs += passed;
      expect(await registry.get("a")).toEqual(row);
    }
    await other.indexes.touch("a");
    faulty.resync();
    expect(await registry.get("a")).toEqual(row);
    await expect(registry.get("never seen")).rejects.toMatchObject(AWAY);
  });

  it("knows the indexes that were there at its start or have come since, though none was read", async () => {
    await other.indexes.create(index("old"));
    await reopen();
    await other.indexes.create(index("new"));
    await settled();
    faulty.add({ error: AWAY });
    expect(await registry.get("old")).toMatchObject({ uid: "old" });
    expect(await registry.get("new")).toMatchObject({ uid: "new" });
    expect((await registry.list()).map(({ uid }) => uid)).toEqual(["new", "old"]);
  });

  it("lists nothing rather than too little when it never had a list", async () => {
    faulty = createFaultyStore(other);
    faulty.add({ error: AWAY });
    ({ registry } = createIndexRegistry({ store: faulty.store, clock: { now: () => nowMs }, log }));
    await settled();
    await expect(registry.list()).rejects.toMatchObject(AWAY);
  });

  it("is right again as soon as the store is back", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    const lift = faulty.add({ error: AWAY });
    faulty.muteWatch();
    await other.indexes.delete("a");
    nowMs += MAX_AGE_MS;
    expect(await registry.get("a")).toMatchObject({ uid: "a" });
    lift();
    expect(await registry.get("a")).toBeNull();
  });

  it("hides no failure but that one", async () => {
    await other.indexes.create(index("a"));
    await registry.get("a");
    nowMs += MAX_AGE_MS;
    faulty.add({ methods: ["indexes.get"], error: { code: "corrupt_row" } });
    await expect(registry.get("a")).rejects.toMatchObject({ code: "corrupt_row" });
  });
});

type Step = { readonly by: "here" | "there"; readonly uid: string; readonly what: "create" | "delete" | "key" };

it("never answers with anything but the truth while announcements arrive, whoever writes what", async () => {
  const step = fc.record<Step>({
    by: fc.constantFrom("here", "there"),
    uid: fc.constantFrom("a", "b"),
    what: fc.constantFrom("create", "delete", "key"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean(), fc.nat(3_000)), { maxLength: 30 }), async (steps) => {
      await open();
      for (const [{ by, uid, what }, reads, passed] of steps) {
        const { indexes } = by === "here" ? store : other;
        const write =
          what === "create"
            ? indexes.create(index(uid))
            : what === "delete"
              ? indexes.delete(uid)
              : indexes.setPrimaryKey(uid, "id");
        if (reads) void registry.get(uid).catch(() => undefined);
        await write.catch(() => undefined);
        nowMs += passed;
        for (const known of ["a", "b"]) expect(await registry.get(known)).toEqual(await other.indexes.get(known));
      }
    }),
  );
});
