import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, vi } from "vitest";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { MASTER_KEY, startThree } from "./support.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS + 40_000 });

const VERSION = "0.43.0";
const CACHE = join(import.meta.dirname, "../../node_modules/.cache");
const PACKAGES = join(CACHE, `python-meilisearch-${VERSION}`);
const INSTALL_MS = 60_000;
const run = promisify(execFile);

/** Installs the client beside the other dependencies, once. @returns why it cannot be tested; `null` when it can */
async function prepare(): Promise<string | null> {
  if (existsSync(PACKAGES)) return null;
  const made = `${PACKAGES}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", made];
  try {
    await run("python3", [...pip, `meilisearch==${VERSION}`], { timeout: INSTALL_MS });
    await rename(made, PACKAGES);
    return null;
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    // Another test run was quicker.
    if (existsSync(PACKAGES)) return null;
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no python3" : "pip cannot install it";
  }
}

const missing = await prepare();
const why = missing === null ? "" : ` (skipped: ${missing})`;

it.skipIf(missing !== null)(`Python's client does its main job, and parses what its models hold${why}`, async () => {
  const gateway = await startThree();
  try {
    const env = { ...process.env, PYTHONPATH: PACKAGES, PYTHONDONTWRITEBYTECODE: "1" };
    const script = join(import.meta.dirname, "python/main_job.py");
    const { stdout } = await run("python3", [script, gateway.address, MASTER_KEY], { env, timeout: TEST_TIMEOUT_MS });
    expect(stdout.trim().split("\n")).toEqual([
      "documents",
      "search",
      "settings",
      "tasks",
      "keys",
      "instance",
      "indexes",
    ]);
  } finally {
    await gateway.close();
  }
});
