import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "./client.ts";
import { KEY, type Running, startProgram } from "./process.ts";

/** What the nodes are, for titles. */
export const NODE_KIND = process.env.MEILISEARCH_BIN === undefined ? "development nodes" : "Meilisearch";

/** An empty node with the key KEY: a Meilisearch process where `MEILISEARCH_BIN` names the program, or a development node. */
export function startNode(): Promise<Running> {
  const program = process.env.MEILISEARCH_BIN;
  if (program !== undefined) return startMeilisearch(program);
  return startProgram("apps/dev-node/src/main.ts", { args: ["--port", "0", "--master-key", KEY] });
}

async function startMeilisearch(program: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-bench-node-"));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const folders = ["db-path", "dump-dir", "snapshot-dir"].flatMap((name) => [`--${name}`, join(folder, name)]);
  const args = [...folders, "--http-addr", `127.0.0.1:${port}`, "--master-key", KEY, "--no-analytics"];
  const child = spawn(program, [...args, "--log-level", "ERROR"], { stdio: "ignore" });
  const ended = once(child, "exit");
  while ((await call(`${address}/health`, "GET").catch(() => ({ status: 0 }))).status !== 200) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    address,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

/** A way to a node on which each piece of an answer takes `delayMs()` longer. */
export async function slowDown(address: string, delayMs: () => number): Promise<Running> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = new Socket().connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay());
      socket
        .on("error", () => undefined)
        .on("close", () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.pipe(upstream);
    upstream.on("data", (chunk) => {
      const ms = delayMs();
      if (ms === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), ms);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${portOf(server)}`,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
