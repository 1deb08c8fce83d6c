import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@miroir/store-contract";
import { openStore } from "../../../src/index.ts";
import { testPrefix } from "../../support/redis.ts";
import { OBJECTS } from "./all-objects.ts";
import { type Plan, type Recorded, runCallers } from "./callers.ts";

/** A storage, and callers on it over several handles. */
export interface Place {
  /** A handle for what comes before the callers. */
  readonly store: Store;
  run(object: number, plan: Plan): Promise<Recorded[]>;
  close(): Promise<void>;
}

const objectAt = (object: number) => OBJECTS[object] as (typeof OBJECTS)[number];

/** Callers of this process, over handles that are given. */
export const placeOf = (stores: readonly Store[], close: () => Promise<void>): Place => {
  const handles = new Map(stores.map((store, i) => [`handle ${i}`, store]));
  return { store: stores[0] as Store, run: (object, plan) => runCallers(handles, objectAt(object), plan), close };
};

/** Two handles of this process on one SQLite file, each with a writing thread. */
export async function twoHandles(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-proof-"));
  const settings = { backend: "sqlite", path: join(folder, "miroir.db"), synchronous: "NORMAL" } as const;
  const stores = [await openStore(settings), await openStore(settings)];
  return placeOf(stores, async () => {
    for (const store of stores) await store.close();
    await rm(folder, { recursive: true });
  });
}

/** Two connections of this process to one Redis. */
export async function twoConnections(url: string): Promise<Place> {
  const settings = { backend: "redis", url, prefix: testPrefix(), commandTimeoutMs: 30_000 } as const;
  const stores = [await openStore(settings), await openStore(settings)];
  return placeOf(stores, async () => void (await Promise.all(stores.map((store) => store.close()))));
}

/** Two processes on one SQLite file. */
export async function twoProcesses(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-proof-"));
  const path = join(folder, "miroir.db");
  const store = await openStore({ backend: "sqlite", path, synchronous: "NORMAL" });
  const start = async (name: string): Promise<ChildProcess> => {
    const child = fork(new URL("./child.ts", import.meta.url), [path, name], {
      serialization: "advanced",
      execArgv: [],
    });
    await once(child, "message");
    return child;
  };
  const children = await Promise.all([start("process 0"), start("process 1")]);
  return {
    store,
    async run(object, plan) {
      const histories = await Promise.all(
        children.map(async (child, i) => {
          const callers = plan.callers.filter((_, n) => n % children.length === i);
          const answered = once(child, "message");
          child.send({ object, plan: { ...plan, callers, seed: plan.seed * 2 + i } });
          return (await answered)[0] as Recorded[];
        }),
      );
      return histories.flat();
    },
    async close() {
      for (const child of children) {
        const ended = once(child, "exit");
        child.disconnect();
        await ended;
      }
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
