import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis, testPrefix } from "@miroir/store/test-redis";

/** A store that several gateways may open, each in a process of its own. */
export interface SharedStore {
  /** The settings that lead to it, as a gateway's environment. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const BACKENDS = ["sqlite", "redis"] as const;

export async function startSharedStore(backend: (typeof BACKENDS)[number]): Promise<SharedStore> {
  const variable = (name: string, value: string) => [`MIROIR_TASK_STORE_${name}`, value] as const;
  if (backend === "sqlite") {
    const folder = await mkdtemp(join(tmpdir(), "miroir-shared-"));
    return {
      env: Object.fromEntries([variable("PATH", join(folder, "miroir.db"))]),
      stop: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const redis = await startRedis();
  return {
    env: Object.fromEntries([
      variable("BACKEND", "redis"),
      variable("URL", redis.url),
      variable("PREFIX", testPrefix()),
    ]),
    stop: () => redis.stop(),
  };
}

/** The same settings as `path=value`, for a gateway in this process. */
export function settingsOf({ env }: SharedStore): string[] {
  return Object.entries(env).map(
    ([name, value]) => `task_store.${name.replace("MIROIR_TASK_STORE_", "").toLowerCase()}=${value}`,
  );
}
