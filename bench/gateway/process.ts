import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The key of the gateways that are measured. */
export const KEY = "a-master-key-to-measure-with";

const PROGRAM = fileURLToPath(new URL("../../apps/gateway/src/main.ts", import.meta.url));

/** A gateway in a process of its own, with its development nodes and a SQLite store in a file, `synchronous=FULL`. */
export async function startGateway(storePath: string): Promise<{ address: string; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [PROGRAM, "--port", "0"], {
    env: { ...process.env, MIROIR_TASK_STORE_PATH: storePath, MIROIR_MASTER_KEY: KEY, MIROIR_LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const address = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const found = /listening on (http:\S+)/.exec(line);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    ended.then(() => reject(new Error("the gateway ended before it listened")));
  });
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
