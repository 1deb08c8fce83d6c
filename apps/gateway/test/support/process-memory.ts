import { readFile } from "node:fs/promises";

/** A process' memory in MB (10^6 bytes), now or at its most. Linux alone tells. */
export async function memoryMb(pid: number, line: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1_000_000;
}
