import type { Config } from "@miroir/config";
import { openStore as openBackend } from "@miroir/store";
import { type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";

/** A request that finds Redis frozen answers within a second: one such wait, and the breaker's doubt (outage/breaker.ts). */
const COMMAND_TIMEOUT_MS = 600;

/** With `appendfsync everysec` a write is on the disk up to a second later. */
const DURABLE_TIMEOUT_MS = 2000;
const DURABLE = {
  none: undefined,
  replica: { replicas: 1, timeoutMs: DURABLE_TIMEOUT_MS },
  disk: { replicas: 0, disk: true, timeoutMs: DURABLE_TIMEOUT_MS },
  replica_disk: { replicas: 1, disk: true, timeoutMs: DURABLE_TIMEOUT_MS },
} as const;

/** None named: what the URL says decides. */
function tlsFiles({ tlsCaFile, tlsCertFile, tlsKeyFile }: Config["taskStore"]) {
  if (tlsCaFile === null && tlsCertFile === null && tlsKeyFile === null) return undefined;
  return { caFile: tlsCaFile ?? undefined, certFile: tlsCertFile ?? undefined, keyFile: tlsKeyFile ?? undefined };
}

/**
 * Opens the store that the configuration names.
 * @throws StoreError when it cannot be opened, or holds something that is not Miroir's.
 */
export async function openStore({ taskStore }: Pick<Config, "taskStore">, log: Logger): Promise<Store> {
  const onCorruptRow = (error: StoreError) => log.error({ table: error.table, key: error.key }, error.message);
  const { backend, path, url, prefix, durability } = taskStore;
  const synchronous = taskStore.synchronous === "full" ? "FULL" : "NORMAL";
  if (backend === "sqlite") return openBackend({ backend, path, synchronous, onCorruptRow });
  if (url === null) throw new StoreError("invalid_argument", "the Redis store has no URL", { operation: "open" });
  return openBackend({
    backend,
    url,
    prefix,
    tls: tlsFiles(taskStore),
    durable: DURABLE[durability],
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    onCorruptRow,
    onWarning: (warning) => log.warn(warning),
  });
}
