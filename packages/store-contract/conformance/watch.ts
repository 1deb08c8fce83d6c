import { createHash, randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Store } from "../src/store.ts";
import type { Change } from "../src/watch.ts";
import { refused } from "./expecting.ts";
import type { ConformanceTest } from "./subject.ts";

const target = { kind: "single", currentUid: "i" } as const;
const pin = { indexUid: "movies", taskUid: 1, group: 0, settingsVersion: 0 };
const bounds = { ttlMs: 100, maxSessions: 1 };
const digest = createHash("sha256").update("k").digest();

interface Watcher {
  /** The rows announced so far, without the markers, each once in a row. */
  readonly rows: readonly string[];
  /** Resolves once everything written before the call has been announced. */
  settled(): Promise<void>;
  stop(): void;
}

/** How long a marker may take before another one is sent: a subscription may still be on its way. */
const PATIENCE_MS = 100;

/** Watches, and is ready when this resolves: a change of a marker alias has come through. */
async function watcher(store: Store): Promise<Watcher> {
  const rows: string[] = [];
  const waiting = new Map<string, () => void>();
  const hear = (change: Change): void => {
    if (change.kind === "resync") return;
    const [key = ""] = change.key;
    if (change.table === "aliases" && key.startsWith("marker-")) waiting.get(key)?.();
    else rows.push(`${change.table} ${change.key.join(" ")}`);
  };
  const stop = store.watch(hear);
  async function settled(): Promise<void> {
    for (let heard = false; !heard; ) {
      const name = `marker-${randomUUID()}`;
      const seen = new Promise<boolean>((resolve) => waiting.set(name, () => resolve(true)));
      await store.aliases.create(name, target);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, PATIENCE_MS, false);
      });
      heard = await Promise.race([seen, late]);
      clearTimeout(timer);
    }
  }
  await settled();
  rows.length = 0;
  return { rows, settled, stop };
}

/** A write of each kind to each watched table, and the row it announces. */
const ANNOUNCED: Record<string, (store: Store) => Promise<unknown>> = {
  "aliases a": async (store) => {
    await store.aliases.create("a", target);
    await store.aliases.flip("a", { kind: "single", currentUid: "j" }, 1, 5);
    await store.aliases.delete("a", null);
  },
  [`tenant_map ${digest.toString("hex")}`]: async (store) => {
    await store.tenantMap.put({ apiKeyHash: digest, tenantId: "t", groupId: null });
    await store.tenantMap.delete(digest);
  },
  "node_settings_version movies node": async (store) => {
    await store.nodeSettingsVersion.advance("movies", "node", 1);
    await store.nodeSettingsVersion.deleteByNode("node", 10);
    await store.nodeSettingsVersion.advance("movies", "node", 1);
    await store.nodeSettingsVersion.deleteByIndex("movies", 10);
  },
  "sessions s": async (store) => {
    await store.sessions.recordWrite("s", pin, bounds);
    await store.sessions.clearPin("s", "movies");
    await store.sessions.recordWrite("s", pin, bounds);
    await store.sessions.clearPinsOfIndex("movies", 10);
    await store.sessions.delete("s");
  },
  "api_keys k": async (store) => {
    await store.apiKeys.create({ uid: "k", name: null, description: null, actions: [], indexes: [], expiresAt: null });
    await store.apiKeys.describe("k", "n", null);
    await store.apiKeys.delete("k");
  },
  "write_hints node movies": async (store) => {
    const { version } = await store.writeHints.note("node", "movies", [1, 2]);
    await store.writeHints.settle("node", "movies", version, [1]);
    await store.writeHints.settle("node", "movies", version, [2]);
    await store.writeHints.note("node", "movies", [1]);
    await store.writeHints.deleteByNode("node", 10);
    await store.writeHints.note("node", "movies", [1]);
    await store.writeHints.deleteByIndex("movies", 10);
  },
  "indexes movies": async (store) => {
    await store.indexes.create({ uid: "movies", physicalUid: "p", primaryKey: null });
    await store.indexes.setPrimaryKey("movies", "id");
    await store.indexes.replacePrimaryKey("movies", "id", "sku");
    await store.indexes.delete("movies");
  },
};
/** How many of the writes above change the row. */
const WRITES: Record<string, number> = {
  aliases: 3,
  tenant_map: 2,
  node_settings_version: 4,
  sessions: 5,
  api_keys: 3,
  write_hints: 7,
  indexes: 4,
};

export const watchTests = {
  "tells of every change to a watched row": async ({ store }) => {
    const watch = await watcher(store);
    for (const [row, write] of Object.entries(ANNOUNCED)) {
      const before = watch.rows.length;
      await write(store);
      await watch.settled();
      const heard = watch.rows.slice(before);
      expect(new Set(heard)).toEqual(new Set([row]));
      expect(heard.length).toBeGreaterThanOrEqual(WRITES[row.split(" ")[0] ?? ""] ?? Number.NaN);
    }
    watch.stop();
  },
  "tells of every row that one step changes": async ({ store }) => {
    const watch = await watcher(store);
    for (const uid of ["a", "b", "c"]) await store.indexes.create({ uid, physicalUid: uid, primaryKey: null });
    await store.sessions.recordWrite("s1", pin, bounds);
    await watch.settled();
    const before = watch.rows.length;
    const swaps = [
      { uids: ["a", "b"], rename: false },
      { uids: ["c", "d"], rename: true },
    ] as const;
    await store.indexes.swap(swaps, null);
    await store.sessions.recordWrite("s2", pin, bounds);
    await watch.settled();
    const rows = ["indexes a", "indexes b", "indexes c", "indexes d", "sessions s1", "sessions s2"];
    expect([...new Set(watch.rows.slice(before))].sort()).toEqual(rows);
    watch.stop();
  },
  "is silent about reads, refusals, what changes nothing and tables that are not watched": async ({ store }) => {
    for (const uid of ["x", "y"]) await store.indexes.create({ uid, physicalUid: uid, primaryKey: null });
    await store.indexes.swap([{ uids: ["x", "y"], rename: false }], 7);
    const { version } = await store.writeHints.note("node", "movies", [1]);
    const watch = await watcher(store);
    await store.writeHints.settle("node", "movies", version, [2]);
    await store.writeHints.settle("node", "books", version, [1]);
    await refused(store.writeHints.settle("node", "movies", version + 1, [1]), "version_conflict");
    expect(await store.aliases.delete("none", null)).toBe(false);
    await store.indexes.settleSwap(8, ["x", "y"]);
    await store.aliases.get("a");
    await store.aliases.list({});
    await refused(store.aliases.flip("a", target, 1, 5), "not_found");
    await refused(store.aliases.create("b", target, { fence: { scope: "none", epoch: 1 } }), "not_holder");
    await refused(store.aliases.create("", target), "invalid_argument");
    const { uid } = await store.tasks.create({ indexUid: "movies", type: "t", nodeTasks: {} });
    await store.tasks.transition(uid, { status: "processing" });
    await store.gateways.heartbeat("g", "a", 100);
    await watch.settled();
    expect(watch.rows).toEqual([]);
    watch.stop();
  },
  "tells several listeners, and none that has stopped": async ({ store }) => {
    const [first, second] = [await watcher(store), await watcher(store)];
    await first.settled();
    first.stop();
    first.stop();
    const heard = first.rows.length;
    await store.aliases.create("a", target);
    await second.settled();
    expect(second.rows).toContain("aliases a");
    expect(first.rows).toHaveLength(heard);
    second.stop();
  },
} satisfies Record<string, ConformanceTest>;
