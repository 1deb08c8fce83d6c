import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { call } from "./client.ts";
import { freePort } from "./nodes.ts";
import { type Running, startProgram } from "./process.ts";

/** The version of nginx on this machine; `null` when there is none. */
export function nginxVersion(): string | null {
  const { stderr = "", error } = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return error ? null : (/nginx\/(\S+)/.exec(stderr)?.[1] ?? "of unknown version");
}

/** nginx in front of one node, with kept connections to it, one worker as the gateway has one thread, and no log. */
export async function startNginx(node: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-bench-nginx-"));
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; ${temporary.join(" ")}
  upstream node { server ${new URL(node).host}; keepalive 64; }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}`,
  );
  const child: ChildProcess = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "inherit" });
  const ended = once(child, "exit");
  const address = `http://127.0.0.1:${port}`;
  while ((await call(`${address}/health`, "GET").catch(() => ({ status: 0 }))).status !== 200) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
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

/** The usual way to write such a gateway with Fastify. */
export const startHttpProxy = (node: string): Promise<Running> =>
  startProgram("bench/gateway/http-proxy.ts", { args: [node] });
