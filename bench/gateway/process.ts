import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The key of the gateways that are measured. */
export const KEY = "a-master-key-to-measure-with";

/** A server in a process of its own. */
export interface Running {
  readonly address: string;
  /** Ends it as an operator does, and resolves once it is gone. Again is no error. */
  stop(): Promise<void>;
}

/** What one benchmark starts, and stops together: the newest first, since gateways stand before nodes. */
export function createRunning() {
  const running: Running[] = [];
  return {
    /** Resolves with the server once it has started. */
    async start(starting: Promise<Running>): Promise<Running> {
      const started = await starting;
      running.unshift(started);
      return started;
    },
    async stopAll(): Promise<void> {
      for (const { stop } of running) await stop();
    },
  };
}

/** Runs a program of this repository and resolves once it has printed where it listens. */
export async function startProgram(
  path: string,
  {
    args = [],
    env = {},
    nodeArgs = [],
  }: Partial<Record<"args" | "nodeArgs", readonly string[]>> & {
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Running> {
  const program = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const found = /(?:listening on|node at|proxy at) (http:\S+)/.exec(line);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    ended.then(() => reject(new Error(`${path} ended before it listened`)));
  });
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export interface GatewayOptions {
  /** None: development nodes in its own process. */
  readonly nodes?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
}

/** A gateway in a process of its own, with a SQLite store in a file, `synchronous=FULL`. */
export function startGateway(storePath: string, { nodes = [], env = {}, nodeArgs = [] }: GatewayOptions = {}) {
  return startProgram("apps/gateway/src/main.ts", {
    args: ["--port", "0"],
    nodeArgs,
    env: {
      MIROIR_TASK_STORE_PATH: storePath,
      MIROIR_MASTER_KEY: KEY,
      MIROIR_LOG_LEVEL: "error",
      ...(nodes.length > 0 && { MIROIR_NODES: nodes.join(","), MIROIR_NODE_MASTER_KEY: KEY }),
      ...env,
    },
  });
}
