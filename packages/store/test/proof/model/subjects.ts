import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createModelStore } from "@miroir/store-contract/model";
import { openStore, type StoreSettings } from "../../../src/index.ts";
import { testPrefix } from "../../support/redis.ts";
import type { Subject } from "./run.ts";

export const memory: Subject = {
  name: "the model",
  async open(clock) {
    const store = createModelStore({ clock });
    return { handles: [store], close: () => store.close() };
  },
};

export const sqliteInMemory: Subject = {
  name: "SQLite in memory",
  async open(clock) {
    const store = await openStore({ backend: "sqlite", path: ":memory:", clock });
    return { handles: [store], close: () => store.close() };
  },
};

/** One file, two handles: one writes on a thread of its own, one on the caller's. */
export const sqliteFile: Subject = {
  name: "a SQLite file",
  async open(clock) {
    const folder = await mkdtemp(join(tmpdir(), "miroir-proof-"));
    // What a sync adds is durability, which is proven elsewhere.
    const settings = { backend: "sqlite", path: join(folder, "miroir.db"), clock, synchronous: "NORMAL" } as const;
    const handles = [await openStore(settings), await openStore({ ...settings, worker: false })];
    return {
      handles,
      async close() {
        for (const store of handles) await store.close();
        await rm(folder, { recursive: true });
      },
    };
  },
};

/** Two connections to one server, or one Cluster. */
export const redis = (name: string, where: Omit<StoreSettings & { backend: "redis" }, "backend">): Subject => ({
  name,
  async open(clock) {
    const settings = { backend: "redis", ...where, prefix: testPrefix(), clock, commandTimeoutMs: 30_000 } as const;
    const handles = [await openStore(settings), await openStore(settings)];
    return { handles, close: async () => void (await Promise.all(handles.map((store) => store.close()))) };
  },
});
