import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The programs as users start them: no part of them is imported. */
const program = (app: string): string => new URL(`../../../${app}/src/main.ts`, import.meta.url).pathname;

export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

export interface RunningGateway extends Running {
  /** Asks it with the master key. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
}

/** Starts a program and reads from what it prints where it listens. @throws Error with what it said when it ends */
async function start(app: string, args: readonly string[], env: Record<string, string>): Promise<Running> {
  const child = spawn("node", [program(app), "--port", "0", ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
    if (url === undefined) continue;
    return {
      url,
      async stop() {
        child.kill();
        await ended;
      },
    };
  }
  throw new Error(`${app} ended: ${printed}`);
}

/** A development node in a process of its own, which outlives gateways. */
export const startNode = (masterKey: string): Promise<Running> => start("dev-node", ["--master-key", masterKey], {});

/** A gateway with a master key in a process of its own, over its SQLite file or a Redis. Without nodes it brings development nodes along. */
export async function startGateway(
  masterKey: string,
  given?: {
    readonly nodes: readonly string[];
    readonly nodeKey: string;
    readonly path?: string;
    readonly redis?: string;
  },
): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-ctl-gateway-"));
  const { url, stop } = await start("gateway", [], {
    MIROIR_MASTER_KEY: masterKey,
    MIROIR_TASK_STORE_PATH: given?.path ?? join(folder, "m.db"),
    ...(given?.redis && { MIROIR_TASK_STORE_BACKEND: "redis", MIROIR_TASK_STORE_URL: given.redis }),
    ...(given && { MIROIR_NODES: given.nodes.join(","), MIROIR_NODE_MASTER_KEY: given.nodeKey }),
  });
  const headers = { authorization: `Bearer ${masterKey}`, "content-type": "application/json" };
  return {
    url,
    ask: (method, path, body) =>
      fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
