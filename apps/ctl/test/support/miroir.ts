import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@miroir/store";
import { onTestFinished } from "vitest";

/** Compiled code is kept from one process to the next. */
export const CACHE = join(tmpdir(), "miroir-ctl-test-compile-cache");
export const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program in a process of its own. Nothing of this process's environment but what finding Node takes. */
export function miroir(args: readonly string[], env: Record<string, string> = {}, cwd?: string): Promise<Ended> {
  const child = spawn("node", [MAIN, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: CACHE, ...env },
    cwd,
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...output }));
  });
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "miroir-ctl-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in a file, with three tasks, a job and an alias. */
export async function filledFile(path: string): Promise<void> {
  const store = await openStore({ backend: "sqlite", path, worker: false });
  for (const status of ["enqueued", "enqueued", "failed"] as const) {
    await store.tasks.create({ indexUid: "movies", type: "t", nodeTasks: {}, status });
  }
  await store.jobs.enqueue({ type: "t", params: {} });
  await store.aliases.create("a", { kind: "single", currentUid: "movies" });
  await store.close();
}
