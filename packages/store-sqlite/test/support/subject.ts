import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "@miroir/store-contract";
import { createManualClock, type Subject } from "@miroir/store-contract/conformance";
import { openSqliteStore } from "../../src/index.ts";

/** Files in a folder of their own; every handle is a connection (or two) of its own. */
export function fileSubject(name: string, options: { readonly worker: boolean }): Subject {
  const clock = createManualClock();
  return {
    name,
    clock,
    async create() {
      const folder = await mkdtemp(join(tmpdir(), "miroir-store-"));
      return {
        open: () => openSqliteStore({ path: join(folder, "miroir.db"), clock, ...options }),
        destroy: () => rm(folder, { recursive: true }),
      };
    },
  };
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
