import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { Store } from "@miroir/store-contract";
import { openSqliteStore } from "@miroir/store-sqlite";
import type { Config } from "./config/schema.ts";

/**
 * Opens the store that the configuration names: the one place that knows there is more than one.
 * @throws StoreError when it cannot be opened, or holds something that is not Miroir's.
 */
export async function openStore({ taskStore }: Config): Promise<Store> {
  await mkdir(dirname(taskStore.path), { recursive: true });
  return openSqliteStore({ path: taskStore.path });
}
