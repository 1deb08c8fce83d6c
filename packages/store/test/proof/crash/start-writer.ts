import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("write-child.ts", import.meta.url));

export interface WriterOptions {
  /** What it says goes to this file. */
  readonly said: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Told of each acknowledgement, with how many there were. */
  readonly onAcknowledged: (count: number) => void;
}

/** Starts write-child.ts. */
export function startWriter({ said, args, env = process.env, onAcknowledged }: WriterOptions): ChildProcess {
  const file = openSync(said, "a");
  const writer = spawn(process.execPath, [child, ...args], { stdio: ["ignore", file, "inherit", "ipc"], env });
  closeSync(file);
  let count = 0;
  writer.on("message", () => onAcknowledged(++count));
  return writer;
}
