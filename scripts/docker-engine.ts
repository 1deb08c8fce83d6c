// `node scripts/docker-engine.ts -- <command…>` runs a command beside a Docker engine of its own, for the tests that start
// Redis through testcontainers. No registry is asked: the image is made of the redis-server installed here.
// Exits as the command does, or with 69 and one line that says why when no engine can run on this machine.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findRedisServer, installPackages, mayInstall } from "./redis-server.ts";

/** EX_UNAVAILABLE of sysexits.h: no tool that runs here exits with it, so a caller can tell it from a failed command. */
const NO_ENGINE = 69;
const USAGE = 64;
const DAEMON = "dockerd";
const IMAGE = "miroir-redis:test";
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 30_000;

/** Why there can be no engine here: one line for the reader, not a fault of this program. */
class NoEngine extends Error {}

interface Engine {
  socket: string;
  stop(): Promise<void>;
}

const [program, ...args] = process.argv.slice(process.argv[2] === "--" ? 3 : 2);
if (program === undefined) {
  console.error("usage: node scripts/docker-engine.ts -- <command> [arguments…]");
  process.exit(USAGE);
}

// Whatever ends this program early, the engine is stopped first. Ctrl-C reaches the command without being passed on.
let command: ChildProcess | undefined;
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interrupted = true;
    if (signal !== "SIGINT") command?.kill(signal);
  });
}

process.exitCode = await main(program, args);

async function main(program: string, args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-docker-"));
  let engine: Engine | undefined;
  try {
    const startedAt = Date.now();
    engine = await startEngine(folder);
    const answeredAt = Date.now();
    await buildImage(engine.socket, join(folder, "image"));
    console.log(
      `Docker engine started in ${answeredAt - startedAt} ms, ${IMAGE} built in ${Date.now() - answeredAt} ms`,
    );
    return interrupted ? 1 : await run(program, args, engine.socket);
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    console.log(`no Docker engine here, so nothing ran in containers: ${error.message}`);
    return NO_ENGINE;
  } finally {
    await engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(program: string, args: string[], socket: string): Promise<number> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DOCKER_HOST: `unix://${socket}`,
    TESTCONTAINERS_HOST_OVERRIDE: "127.0.0.1",
    // Ryuk clears up after a killed test run; its image cannot be pulled here, and the engine's end clears up as well.
    TESTCONTAINERS_RYUK_DISABLED: "true",
    MIROIR_TEST_REDIS: "container",
    MIROIR_TEST_REDIS_IMAGE: IMAGE,
  };
  delete env.MIROIR_TEST_REDIS_URL;
  command = spawn(program, args, { env, stdio: "inherit" });
  try {
    const [code] = await once(command, "exit");
    return code ?? 1;
  } catch (error) {
    console.error(`${program} did not start: ${error instanceof Error ? error.message : error}`);
    return 127;
  }
}

/** Starts dockerd with its socket, data and state in `folder`, and a bridge of its own, so that it meets no other engine. */
async function startEngine(folder: string): Promise<Engine> {
  if (process.getuid?.() !== 0) throw new NoEngine("starting dockerd takes root");
  installWhatIsMissing();

  const socket = join(folder, "docker.sock");
  const bridge = addBridge();
  const settings = join(folder, "daemon.json");
  writeFileSync(settings, "{}");
  const log = openSync(join(folder, "dockerd.log"), "w");
  const dockerd = spawn(
    DAEMON,
    [
      // An empty file in place of /etc/docker/daemon.json, which is about this machine's own engine.
      ...["--config-file", settings, "--host", `unix://${socket}`],
      ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "run")],
      ...["--pidfile", join(folder, "dockerd.pid"), "--bridge", bridge, "--ip", "127.0.0.1"],
      // dockerd's proxy carries the published ports; the machine's packet filter and routing stay as they are.
      ...["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false"],
    ],
    // A session of its own: Ctrl-C must not take the engine from under a command that still uses it.
    { detached: true, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  let ended: string | undefined;
  const exit = new Promise<void>((resolve) => {
    const end = (how: string) => {
      ended = how;
      resolve();
    };
    dockerd.once("error", (error) => end(error.message));
    dockerd.once("exit", (code, signal) => end(`exit ${code ?? signal}`));
  });

  async function stop(): Promise<void> {
    dockerd.kill("SIGTERM");
    const killer = setTimeout(() => dockerd.kill("SIGKILL"), STOP_WITHIN_MS);
    await exit;
    clearTimeout(killer);
    ip("link", "delete", bridge);
    unmountBelow(folder);
  }

  const giveUpAt = Date.now() + START_WITHIN_MS;
  while (!(await answers(socket))) {
    if (ended !== undefined || Date.now() > giveUpAt || interrupted) {
      const reason = lastMessage(readFileSync(join(folder, "dockerd.log"), "utf8"));
      const state = ended ?? `no answer within ${START_WITHIN_MS} ms`;
      await stop();
      throw new NoEngine(`dockerd did not start (${state}): ${reason}`);
    }
    await delay(50);
  }
  return { socket, stop };
}

/** A dockerd that ends while it starts leaves mounts behind, and a folder that holds one cannot be removed. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const points = mounts.map((line) => line.split(" ")[1] ?? "").filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) tool("umount", "--lazy", point);
}

function installWhatIsMissing(): void {
  const missing: string[] = [];
  if (!exists(DAEMON)) missing.push("docker.io");
  if (!exists("ip")) missing.push("iproute2");
  if (findRedisServer() === undefined) missing.push("redis-server");
  if (missing.length === 0) return;
  const problem = mayInstall() ? installPackages(missing) : "only Debian's packages are installed by themselves";
  if (problem !== undefined) throw new NoEngine(`${missing.join(", ")} missing: ${problem}`);
}

/** Adds a network bridge for the engine's containers and returns its name. */
function addBridge(): string {
  const name = `miroir${process.pid}`;
  // 198.18.0.0/15 is set aside for tests (RFC 2544): no real network of this machine can be in the way.
  const address = `198.18.${process.pid % 256}.1/24`;
  for (const step of [
    ["link", "add", name, "type", "bridge"],
    ["address", "add", address, "dev", name],
    ["link", "set", name, "up"],
  ]) {
    const problem = ip(...step);
    if (problem === undefined) continue;
    ip("link", "delete", name);
    throw new NoEngine(`adding a network bridge failed: ${problem}`);
  }
  return name;
}

function ip(...args: string[]): string | undefined {
  const { status, stderr, error } = tool("ip", ...args);
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

function exists(program: string): boolean {
  return tool(program, "--help").error === undefined;
}

/** Runs one of the system's own tools to its end. */
function tool(program: string, ...args: string[]) {
  return spawnSync(program, args, { encoding: "utf8" });
}

/** Builds the image from nothing but the server, at the place where redis:7-alpine has it, and the libraries it loads. */
async function buildImage(socket: string, folder: string): Promise<void> {
  const server = tool("which", findRedisServer() ?? "").stdout.trim();
  const libraries = tool("ldd", server).stdout.match(/\/\S+/g) ?? [];
  cpSync(realpathSync(server), join(folder, "files/usr/local/bin/redis-server"));
  for (const library of libraries) cpSync(realpathSync(library), join(folder, "files", library));
  // RUN shows two things at once: that the server has all it loads, and that this engine can run a container at all.
  const dockerfile = ["FROM scratch", "COPY files /", "WORKDIR /data", 'RUN ["redis-server", "--version"]', ""].join(
    "\n",
  );
  writeFileSync(join(folder, "Dockerfile"), dockerfile);

  // Through the API, not the docker command: a command from another source than the engine may refuse to speak to it.
  const tar = spawnSync("tar", ["--create", "--directory", folder, "."], { maxBuffer: 1 << 30 }).stdout;
  const { status, body } = await call(socket, "POST", `/build?t=${IMAGE}`, tar);
  const problem = JSON.parse(body.trim().split("\n").at(-1) ?? "{}");
  const message: string | undefined = status === 200 ? problem.error : problem.message;
  if (message === undefined) return;
  if (message.includes("returned a non-zero code")) throw new Error(`${IMAGE} does not start: ${body}`);
  throw new NoEngine(`the engine started but runs no container: ${message}`);
}

async function answers(socket: string): Promise<boolean> {
  const answer = await call(socket, "GET", "/_ping").catch(() => undefined);
  return answer?.status === 200;
}

async function call(socket: string, method: string, path: string, content?: Buffer) {
  const sent = request({ socketPath: socket, method, path, headers: { "Content-Type": "application/x-tar" } });
  sent.end(content);
  const [response] = await once(sent, "response");
  const body = Buffer.concat(await response.toArray()).toString();
  return { status: response.statusCode, body };
}

/** The last thing that dockerd said: its lines are `time="…" level=… msg="…"`, except for the one it dies with. */
function lastMessage(log: string): string {
  const line = log.trim().split("\n").at(-1) ?? "";
  return line.match(/msg="((?:[^"\\]|\\.)*)"/)?.[1] ?? line;
}
