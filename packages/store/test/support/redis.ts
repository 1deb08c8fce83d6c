import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MISSING =
  "no Redis to test on: set MIROIR_TEST_REDIS_URL, or install redis-server (Debian: apt-get install redis-server) or valkey-server";

/** A server to test on. */
export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Waits until a connection is taken. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      socket.destroy();
    }
  }
}

/**
 * `MIROIR_TEST_REDIS_URL`, or a server of these tests' own.
 * @param settings of an own server, as arguments
 */
export async function startRedis(settings: readonly string[] = []): Promise<TestRedis> {
  const given = process.env.MIROIR_TEST_REDIS_URL;
  if (given !== undefined) return { url: given, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "miroir-redis-"));
  for (const binary of ["redis-server", "valkey-server"]) {
    const port = await freePort();
    const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    args.push("--appendonly", "no", ...settings);
    const child = spawn(binary, args, { stdio: "ignore" });
    const isThere = await new Promise((resolve) => {
      child.once("spawn", () => resolve(true));
      child.once("error", () => resolve(false));
    });
    if (!isThere) continue;
    const ended = once(child, "exit");
    await Promise.race([listening(port), ended.then(() => Promise.reject(new Error(`${binary} ended`)))]);
    return {
      url: `redis://127.0.0.1:${port}`,
      async stop() {
        child.kill();
        await ended;
        await rm(folder, { recursive: true, force: true });
      },
    };
  }
  throw new Error(MISSING);
}

/** A prefix that no other test has. */
export const testPrefix = (): string => `test-${randomBytes(8).toString("hex")}`;
