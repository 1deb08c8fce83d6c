import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The program as users start it: no part of it is imported. */
const GATEWAY = new URL("../../../gateway/src/main.ts", import.meta.url).pathname;

export interface RunningGateway {
  readonly url: string;
  /** Asks it with the master key. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

/** A gateway with three development nodes and a master key, in a process of its own. @throws Error with what it said when it ends */
export async function startGateway(masterKey: string): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-ctl-gateway-"));
  const env = { PATH: process.env.PATH, MIROIR_MASTER_KEY: masterKey, MIROIR_TASK_STORE_PATH: join(folder, "m.db") };
  const child = spawn("node", [GATEWAY, "--port", "0"], { env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
    if (url === undefined) continue;
    const headers = { authorization: `Bearer ${masterKey}`, "content-type": "application/json" };
    return {
      url,
      ask: (method, path, body) =>
        fetch(`${url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }),
      async stop() {
        child.kill();
        await ended;
        rmSync(folder, { recursive: true, force: true });
      },
    };
  }
  throw new Error(`the gateway ended: ${printed}`);
}
