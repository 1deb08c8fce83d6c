import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Store, StoreError } from "@miroir/store-contract";
import type { RedisStoreOptions } from "@miroir/store-redis";
import type { SqliteStoreOptions } from "@miroir/store-sqlite";

/** Which backend, and what that one takes. */
export type StoreSettings =
  | ({
      readonly backend: "sqlite" /** Refuses to make a new file. */;
      readonly mustExist?: boolean;
    } & SqliteStoreOptions)
  | ({ readonly backend: "redis" } & RedisStoreOptions);

/**
 * Opens the store that the settings name; the one place that knows there is more than one. A backend's code is loaded only when it is
 * the one: a gateway on SQLite never loads a Redis client. The folder of a SQLite file is made where there is none.
 * @throws StoreError as the backend does; not_found for a file that must exist.
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  if (settings.backend === "redis") {
    const { backend: _, ...options } = settings;
    const { openRedisStore } = await import("@miroir/store-redis");
    return openRedisStore(options);
  }
  const { backend: _, mustExist = false, ...options } = settings;
  const isFile = options.path !== ":memory:";
  if (isFile && mustExist && !existsSync(options.path)) {
    throw new StoreError("not_found", `there is no store at ${options.path}`, { operation: "open" });
  }
  if (isFile) await makeFolder(dirname(options.path));
  const { openSqliteStore } = await import("@miroir/store-sqlite");
  return openSqliteStore(options);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new StoreError("unavailable", `the folder ${folder} cannot be made`, { operation: "open", cause });
  }
}
