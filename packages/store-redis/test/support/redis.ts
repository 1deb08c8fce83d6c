import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { type TlsFiles, tlsSettings } from "./certificates.ts";

const MISSING =
  "no Redis to test on: set MIROIR_TEST_REDIS_SERVER to a server's program, or install redis-server (Debian: apt-get install redis-server) or valkey-server";
/** The programs that may be the server, first choice first. */
const PROGRAMS = process.env.MIROIR_TEST_REDIS_SERVER
  ? [process.env.MIROIR_TEST_REDIS_SERVER]
  : ["redis-server", "valkey-server"];
/** What starts it on what it left. */
const START = join(import.meta.dirname, "../../scripts/start-redis.sh");

/** A port of 127.0.0.1 that was free a moment ago: the one asked for, or any. @throws Error where the one asked for is not free. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(server)));
    });
  });
}

const BUS_OFFSET = 10_000;

/** A free port whose Cluster bus, 10,000 above, is free too: before Redis 7 that one cannot be chosen. */
export async function freePortWithBus(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 22_000);
    try {
      await freePort(port + BUS_OFFSET);
      return await freePort(port);
    } catch {
      // Another pair, then.
    }
  }
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Where its files are. */
  readonly folder: string;
  /** Ends the process and deletes its folder. */
  stop(): Promise<void>;
  /** Ends the process at once and keeps its folder. */
  kill(): Promise<void>;
  /** Stops the process where it is, its connections open; `false` lets it go on. */
  pause(isPaused: boolean): void;
  /** Starts it anew on its folder, at its port. */
  again(): Promise<TestServer>;
}

export const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve(),
  );

let found: string | undefined;
/** The server's program. @throws Error when there is none, saying what to install. */
export function serverProgram(): string {
  found ??= PROGRAMS.find((program) => spawnSync(program, ["--version"]).status === 0);
  if (found === undefined) throw new Error(MISSING);
  return found;
}

/** How a client of the tests reaches a server or a sentinel. */
export function clientOptions(port: number, tls?: TlsFiles) {
  const options = { host: "127.0.0.1", port, protocol: 2 } satisfies RedisOptions;
  if (tls === undefined) return options;
  const [ca, cert, key] = [tls.caFile, tls.certFile, tls.keyFile].map((file) => readFileSync(file));
  return { ...options, tls: { ca, cert, key } };
}

/** Waits until the server answers, if only that it wants a password. @throws Error when its process has ended. */
async function answering(client: ReturnType<typeof clientOptions>, child: ChildProcess): Promise<void> {
  const redis = new Redis({ ...client, retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const stop = () => redis.disconnect();
  child.once("exit", stop);
  if (child.exitCode !== null || child.signalCode !== null) stop();
  try {
    await redis.ping();
  } catch (error) {
    if (!String(error).includes("NOAUTH")) throw error;
  } finally {
    redis.disconnect();
  }
}

export interface ServerOptions {
  /** A folder to go on with. */
  readonly folder?: string;
  /** Another port than a free one. */
  readonly port?: number;
  /** Makes it speak TLS and nothing else; `args` may say whether clients need a certificate. */
  readonly tls?: TlsFiles | undefined;
}

/** Starts a server of its own on a free port, in a folder of its own. `args` go before the common settings. */
export async function startServer(args: readonly string[] = [], options: ServerOptions = {}): Promise<TestServer> {
  const { tls } = options;
  const port = options.port ?? (await freePort());
  const dir = options.folder ?? (await mkdtemp(join(tmpdir(), "miroir-redis-")));
  const listening = tls === undefined ? [["port", String(port)]] : tlsSettings(tls, port);
  const settings = [...listening, ["bind", "127.0.0.1"], ["dir", dir], ["save", ""], ["daemonize", "no"]];
  const command = [START, serverProgram(), ...args, ...settings.flatMap(([name, value]) => [`--${name}`, value ?? ""])];
  const child = spawn("sh", command, { cwd: dir, stdio: "ignore" });
  await answering(clientOptions(port, tls), child);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended(child);
  };
  return {
    port,
    folder: dir,
    url: `${tls === undefined ? "redis" : "rediss"}://127.0.0.1:${port}`,
    kill: () => end("SIGKILL"),
    pause: (isPaused) => void child.kill(isPaused ? "SIGSTOP" : "SIGCONT"),
    again: () => startServer(args, { folder: dir, port, tls }),
    async stop() {
      await end("SIGTERM");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Major and minor version of the server, by what Redis it is compatible with. */
export async function versionOf(url: string): Promise<number> {
  const redis = new Redis(url, { protocol: 2 });
  const [, major = "", minor = ""] = /redis_version:(\d+)\.(\d+)/.exec(await redis.info("server")) ?? [];
  redis.disconnect();
  return Number(major) + Number(minor) / 100;
}

/** A prefix that no other test has. */
export const testPrefix = (): string => `test-${randomBytes(8).toString("hex")}`;

/** Deletes every key under a prefix. */
export async function dropPrefix(redis: Redis, prefix: string): Promise<void> {
  const keys = await redis.keys(`{${prefix}}:*`);
  if (keys.length > 0) await redis.del(...keys);
}
