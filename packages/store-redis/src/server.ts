import { StoreError } from "@miroir/store-contract";
import type { Commands } from "./commands.ts";

const OLDEST = [6, 2] as const;

const fieldOf = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];

/**
 * Refuses a server that is too old. Valkey says which Redis it is compatible with, in the same field.
 * @throws StoreError unavailable, not retryable, with the server's version.
 */
export async function checkVersion(commands: Commands): Promise<void> {
  const version = fieldOf(String(await commands.send("INFO", "server")), "redis_version") ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StoreError("unavailable", `Redis ${OLDEST.join(".")} or newer is needed; this server is ${version}`, {
    operation: "open",
  });
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
