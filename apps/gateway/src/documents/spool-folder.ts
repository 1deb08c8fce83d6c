import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { Config } from "@miroir/config";

/** Beside the store's file, where a disk is: the system's own folder for such files may be in memory. */
export function spoolFolder({ taskStore }: Pick<Config, "taskStore">): string {
  const folder = dirname(taskStore.path);
  return taskStore.backend === "sqlite" && existsSync(folder) ? folder : tmpdir();
}
