import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Store } from "@miroir/store-contract";
import { createManualClock, type Subject } from "@miroir/store-contract/conformance";
import { afterAll } from "vitest";
import { openSqliteStore, type SqliteStoreOptions } from "../../src/index.ts";

/** Files in a folder of their own; every handle is a connection (or two) of its own. */
export function fileSubject(name: string, options: Pick<SqliteStoreOptions, "worker" | "synchronous">): Subject {
  const clock = createManualClock();
  let empty: Promise<string> | undefined;
  afterAll(async () => {
    if (empty) await rm(dirname(await empty), { recursive: true });
  });
  return {
    name,
    clock,
    async create() {
      const folder = await mkdtemp(join(tmpdir(), "miroir-store-"));
      const path = join(folder, "miroir.db");
      // Copied, not made anew for each test: the migrations' syncs would take most of the suite's time.
      empty ??= makeEmpty();
      await copyFile(await empty, path);
      return {
        open: () => openSqliteStore({ path, clock, ...options }),
        destroy: () => rm(folder, { recursive: true }),
      };
    },
  };
}

/** @returns the path of a store's file without rows, in a folder of its own. */
async function makeEmpty(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "miroir-store-")), "empty.db");
  await (await openSqliteStore({ path })).close();
  return path;
}

/** Nothing outside a connection sees its memory: every handle is the same one, closed with the last. */
export function memorySubject(name: string): Subject {
  const clock = createManualClock();
  return {
    name,
    clock,
    async create() {
      const store = await openSqliteStore({ path: ":memory:", clock });
      return { open: async (): Promise<Store> => store, destroy: () => store.close() };
    },
  };
}
