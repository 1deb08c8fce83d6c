// `npm run cluster`: what compose.yaml starts, without Docker: three nodes, a Redis and two gateways that share it, on this machine
// alone. The nodes are Meilisearch where MEILISEARCH_BIN names it, and then keep their data; otherwise development nodes, which do not.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { findRedisServer } from "./redis-server.ts";

const USAGE = `Usage: npm run cluster -- [options]

  --port N       the first gateway's port (7700); the second has the next, the nodes N+11 to N+13, Redis N+19. 0: free ones
  --data FOLDER  where Redis and Meilisearch keep their data (./data/cluster)

Environment: MEILISEARCH_BIN, a Meilisearch to run as nodes; MIROIR_MASTER_KEY, what clients must send (none: nothing).
`;

const ROOT = join(import.meta.dirname, "..");
const OFFSETS = { gateways: [0, 1], nodes: [11, 12, 13], redis: 19 } as const;
const HOST = "127.0.0.1";
const START_WITHIN_MS = 120_000;
const binary = process.env.MEILISEARCH_BIN;
const nodeKey = "the-key-of-the-nodes-of-a-cluster-to-try";

const started: { readonly name: string; readonly process: ChildProcess }[] = [];
let stopping: Promise<void> | undefined;

try {
  await main();
} catch (error) {
  await stop(error instanceof Error ? error.message : String(error));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "7700" },
      data: { type: "string", default: "./data/cluster" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const base = Number(values.port);
  if (!Number.isInteger(base) || base < 0 || base > 65_500) throw new Error("--port must be a port, or 0");
  const server = findRedisServer();
  if (server === undefined)
    throw new Error("no redis-server or valkey-server on the PATH: install one, version 6.2 or newer");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => void stop());

  // What development nodes forget, the gateways' tables must not remember.
  const data = binary === undefined ? mkdtempSync(join(tmpdir(), "miroir-cluster-")) : resolve(values.data);
  if (binary === undefined) process.once("exit", () => rmSync(data, { recursive: true, force: true }));
  const ports = base === 0 ? await freePorts() : await fixedPorts(base);

  startRedis(server, ports.redis, join(data, "redis"));
  for (const [i, port] of ports.nodes.entries()) startNode(port, join(data, `node-${i + 1}`));
  await Promise.all([untilListening(ports.redis), ...ports.nodes.map((port) => untilOk(port, "/health"))]);

  const env = {
    MIROIR_NODES: ports.nodes.map((port) => `http://${HOST}:${port}`).join(","),
    MIROIR_NODE_MASTER_KEY: nodeKey,
    MIROIR_REPLICATION_FACTOR: "2",
    MIROIR_TASK_STORE_BACKEND: "redis",
    MIROIR_TASK_STORE_URL: `redis://${HOST}:${ports.redis}`,
    MIROIR_LOG_LEVEL: "warn",
  };
  const gateway = join(ROOT, "apps/gateway/src/main.ts");
  for (const port of ports.gateways) start("gateway", process.execPath, [gateway, "--port", `${port}`], env);
  await Promise.all(ports.gateways.map((port) => untilOk(port, "/_miroir/ready")));
  const kind =
    binary === undefined ? "development nodes, which forget everything" : `Meilisearch, with its data in ${data}`;
  const [one, two] = ports.gateways.map((port) => `http://${HOST}:${port}`);
  process.stdout.write(`ready: gateways at ${one} and ${two}; nodes: ${kind}. Ctrl-C stops them all.\n`);
}

function startRedis(server: string, port: number, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];
  const args = [server, "--bind", HOST, "--port", `${port}`, "--save", "", ...durable];
  start("redis", "sh", [join(ROOT, "packages/store-redis/scripts/start-redis.sh"), ...args], {}, folder);
}

function startNode(port: number, folder: string): void {
  if (binary === undefined) {
    const program = join(ROOT, "apps/dev-node/src/main.ts");
    start("node", process.execPath, [program, "--port", `${port}`, "--master-key", nodeKey]);
    return;
  }
  mkdirSync(folder, { recursive: true });
  const folders = ["--db-path", "data.ms", "--dump-dir", "dumps", "--snapshot-dir", "snapshots"];
  const args = ["--http-addr", `${HOST}:${port}`, "--master-key", nodeKey, "--no-analytics", "--log-level", "WARN"];
  const log = join(folder, "log");
  start("node", resolve(binary), [...args, ...folders], {}, folder, log);
}

/** Starts a process that is to run as long as this one: the end of one is the end of all. What it complains of is shown, or in the file `log`. */
function start(
  name: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = ROOT,
  log?: string,
): void {
  const complaints = log === undefined ? 2 : openSync(log, "a");
  // A process group of its own: Ctrl-C must not reach the nodes before the gateways have stopped.
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", complaints],
  });
  if (complaints !== 2) closeSync(complaints);
  started.push({ name, process: child });
  child.once("error", (error) => void stop(`the ${name} did not start: ${error.message}`));
  child.once(
    "exit",
    (code, signal) =>
      void stop(`a ${name} ended by itself (${code ?? signal})${log === undefined ? "" : `: see ${log}`}`),
  );
}

/** Stops the gateways, then what they need. With a reason it is a failure; only the first reason counts. */
function stop(reason?: string): Promise<void> {
  stopping ??= (async () => {
    if (reason !== undefined) console.error(reason);
    process.exitCode = reason === undefined ? 0 : 1;
    for (const isGateway of [true, false]) {
      const some = started.filter(({ name }) => (name === "gateway") === isGateway).map((entry) => entry.process);
      await Promise.all(some.map(end));
    }
    process.exit();
  })();
  return stopping;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + START_WITHIN_MS;
  while (!(await isSo())) {
    if (stopping !== undefined) return stopping;
    if (performance.now() > giveUpAt) throw new Error(`${what} did not answer`);
    await delay(50);
  }
}

function untilOk(port: number, path: string): Promise<void> {
  const url = `http://${HOST}:${port}${path}`;
  return until(url, () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}

function untilListening(port: number): Promise<void> {
  return until(`${HOST}:${port}`, () => isTaken(port));
}

async function isTaken(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface Ports {
  readonly gateways: readonly number[];
  readonly nodes: readonly number[];
  readonly redis: number;
}

async function fixedPorts(base: number): Promise<Ports> {
  const at = (offset: number) => base + offset;
  const ports = { gateways: OFFSETS.gateways.map(at), nodes: OFFSETS.nodes.map(at), redis: at(OFFSETS.redis) };
  for (const port of [...ports.gateways, ...ports.nodes, ports.redis]) {
    if (await isTaken(port)) throw new Error(`port ${port} is taken: choose others with --port`);
  }
  return ports;
}

/** Ports that were free a moment ago, all of them at once. */
async function freePorts(): Promise<Ports> {
  const servers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const server = createServer().listen(0, HOST);
      await once(server, "listening");
      return server;
    }),
  );
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = servers.map(
    (server) => (server.address() as { port: number }).port,
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return { gateways: [a, b], nodes: [c, d, e], redis: f };
}
