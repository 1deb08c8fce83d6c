import { StoreError } from "@miroir/store-contract";
import type { Commands } from "./commands.ts";
import type { Settings } from "./options.ts";

const OLDEST = [6, 2] as const;
const OLDEST_WITH_WAITAOF = [7, 2] as const;

const fieldOf = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

const isAtLeast = (version: string, [wantedMajor, wantedMinor]: readonly [number, number]): boolean => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
};

const refusal = (message: string): StoreError => new StoreError("unavailable", message, { operation: "open" });

/**
 * Refuses a server that is too old. Valkey says which Redis it is compatible with, in the same field.
 * @throws StoreError unavailable, not retryable, with the server's version.
 */
export async function checkServer(commands: Commands, { durable }: Pick<Settings, "durable">): Promise<void> {
  const version = fieldOf(String(await commands.send("INFO", "server")), "redis_version") ?? "unknown";
  if (!isAtLeast(version, OLDEST)) {
    throw refusal(`Redis ${OLDEST.join(".")} or newer is needed; this server is ${version}`);
  }
  if (durable?.disk !== true) return;
  if (!isAtLeast(version, OLDEST_WITH_WAITAOF)) {
    const wanted = `Redis ${OLDEST_WITH_WAITAOF.join(".")} or newer, or Valkey`;
    throw refusal(`writes can be awaited on the disk by ${wanted}; this server is ${version}`);
  }
  if (fieldOf(String(await commands.send("INFO", "persistence")), "aof_enabled") === "0") {
    throw refusal("writes can be awaited on the disk only where appendonly is yes");
  }
}

/** What would lose data, in words for an operator. Some hosts forbid asking. */
export async function readWarnings(commands: Commands): Promise<string[]> {
  const warnings: string[] = [];
  const memory = String(await commands.send("INFO", "memory"));
  const policy = fieldOf(memory, "maxmemory_policy");
  const limit = Number(fieldOf(memory, "maxmemory") ?? 0);
  if (policy !== undefined && policy !== "noeviction") {
    warnings.push(
      `maxmemory-policy is ${policy}: Redis ${limit === 0 ? "would drop" : "drops"} rows when memory is short; set it to noeviction`,
    );
  }
  const persistence = String(await commands.send("INFO", "persistence"));
  if (fieldOf(persistence, "aof_enabled") === "0") {
    warnings.push("appendonly is no: a restart of Redis loses what was written since its last snapshot; set it to yes");
  }
  return warnings;
}
