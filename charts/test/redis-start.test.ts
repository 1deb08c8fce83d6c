import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { parseAllDocuments } from "yaml";

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
}
interface Workload {
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } };
}

const PASSWORD = "a-password";
const RENDERED = readFileSync(join(import.meta.dirname, "snapshots/bundled-redis.yaml"), "utf8");
const hasRedis = ["redis-server", "redis-cli"].every((program) => spawnSync(program, ["--version"]).status === 0);
const skippedBecause = hasRedis ? "" : " (skipped: this machine has no redis-server)";

/** What the chart's Redis runs, with the password that Kubernetes would put in. */
function commandOfChart(): string[] {
  const workloads = parseAllDocuments(RENDERED).map((document) => document.toJS() as Workload | null);
  const containers = workloads.flatMap((workload) => workload?.spec?.template?.spec.containers ?? []);
  const { command = [], args = [] } = containers.find(({ name }) => name === "redis") ?? {};
  return [...command, ...args].map((word) => word.replace("$(REDISCLI_AUTH)", PASSWORD));
}

describe.skipIf(!hasRedis)(`the chart's Redis${skippedBecause}`, () => {
  let folder: string;
  let server: ChildProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "miroir-chart-redis-"));
    onTestFinished(async () => {
      await kill();
      await rm(folder, { recursive: true });
    });
  });

  function start(): void {
    const [program = "", ...args] = commandOfChart();
    server = spawn(program, [...args, "--port", "0", "--unixsocket", join(folder, "socket")], {
      cwd: folder,
      stdio: "ignore",
    });
  }

  async function kill(): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  }

  /** What the server answers, once it is there. */
  async function ask(...command: string[]): Promise<string> {
    const env = { ...process.env, REDISCLI_AUTH: PASSWORD };
    for (;;) {
      const args = ["-s", join(folder, "socket"), ...command];
      const { status, stdout } = spawnSync("redis-cli", args, { env, encoding: "utf8" });
      if (status === 0 && !stdout.startsWith("LOADING")) return stdout.trim();
      if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
      await pause(20);
    }
  }

  const file = () => join(folder, globSync("appendonlydir/*.incr.aof", { cwd: folder })[0] ?? "");
  const step = (...keys: string[]) => ask("EVAL", keys.map((key) => `redis.call('SET', '${key}', 1)`).join(" "), "0");
  const keys = async () => (await ask("KEYS", "*")).split("\n").sort();

  it("has nothing of a step that a kill tore, however often it starts", async () => {
    start();
    await step("one", "two");
    await step("three", "four");
    await kill();
    truncateSync(file(), readFileSync(file()).lastIndexOf("four"));
    start();
    expect(await keys()).toEqual(["one", "two"]);
    await step("five", "six");
    await kill();
    start();
    expect(await keys()).toEqual(["five", "one", "six", "two"]);
  });

  it("does not start on a file that is wrong elsewhere, and leaves it as it is", async () => {
    start();
    await step("one", "two");
    await step("three", "four");
    await kill();
    const wrong = readFileSync(file()).toString("latin1").replace("MULTI", "MUL?I");
    writeFileSync(file(), wrong, "latin1");
    start();
    expect(await once(server, "exit")).toEqual([1, null]);
    expect(readFileSync(file(), "latin1")).toBe(wrong);
  });
});
