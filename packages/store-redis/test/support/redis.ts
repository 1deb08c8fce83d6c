import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

const MISSING =
  "no Redis to test on: set MIROIR_TEST_REDIS_URL, or install redis-server (Debian: apt-get install redis-server) or valkey-server";

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(server)));
    });
  });
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Ends the process and deletes its folder. */
  stop(): Promise<void>;
  /** Ends the process at once and keeps its folder. */
  kill(): Promise<void>;
  /** Starts it anew on its folder. */
  again(): Promise<TestServer>;
}

export const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve(),
  );

function spawned(binary: string, args: readonly string[]): Promise<ChildProcess | null> {
  const child = spawn(binary, args, { stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("spawn", () => resolve(child));
    child.once("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve(null) : reject(error)));
  });
}

/** Starts the server's program. @throws Error when there is none, saying what to install. */
export async function spawnServer(args: readonly string[]): Promise<ChildProcess> {
  const child = (await spawned("redis-server", args)) ?? (await spawned("valkey-server", args));
  if (child === null) throw new Error(MISSING);
  return child;
}

/** Waits until the server answers. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  const redis = new Redis({
    host: "127.0.0.1",
    port,
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
    protocol: 2,
  });
  redis.on("error", () => {});
  child.once("exit", () => redis.disconnect());
  try {
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

/** Starts a server of its own on a free port, in a folder of its own. `args` go before the common settings. */
export async function startServer(args: readonly string[] = [], folder?: string): Promise<TestServer> {
  const port = await freePort();
  const dir = folder ?? (await mkdtemp(join(tmpdir(), "miroir-redis-")));
  const all = [...args, "--port", String(port), "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--daemonize", "no"];
  const child = await spawnServer(all);
  await answering(port, child);
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended(child);
  };
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: () => end("SIGKILL"),
    again: () => startServer(args, dir),
    async stop() {
      await end("SIGTERM");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A prefix that no other test has. */
export const testPrefix = (): string => `test-${randomBytes(8).toString("hex")}`;

/** Deletes every key under a prefix. */
export async function dropPrefix(redis: Redis, prefix: string): Promise<void> {
  const keys = await redis.keys(`{${prefix}}:*`);
  if (keys.length > 0) await redis.del(...keys);
}
