import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createSend, sendAndWait } from "../support/http.ts";

/** `npm run cluster`, of docs/docker.md. */
const CLUSTER = join(import.meta.dirname, "../../../../scripts/cluster.ts");
/** Six processes have to start. */
const TIMEOUT_MS = 120_000;

function startCluster(args: readonly string[]) {
  // Development nodes, whatever the other tests run on: what is shown is that the processes find each other.
  const { MEILISEARCH_BIN: _, ...env } = process.env;
  const child = spawn(process.execPath, [CLUSTER, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill());
  return { child, ended: once(child, "exit") };
}

it("starts a cluster whose gateways answer as one, and stops all of it", { timeout: TIMEOUT_MS }, async () => {
  const { child, ended } = startCluster(["--port", "0"]);
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    if (printed.includes("\n")) break;
  }
  expect(printed, String(child.stderr.read())).toContain("ready: ");
  const [one = "", two = ""] = printed.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  await sendAndWait(createSend(one), "POST", "/indexes/films/documents", [{ id: 1, title: "Alien" }]);
  expect((await createSend(two)("POST", "/indexes/films/search", { q: "alien" })).body.hits).toHaveLength(1);
  const { body } = await createSend(two)("GET", "/_miroir/topology");
  expect(body).toMatchObject({ replicationFactor: 2, store: "redis", nodes: [{}, {}, {}] });

  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  for (const address of [one, two, ...body.nodes.map((node: { address: string }) => node.address)]) {
    await expect(fetch(`${address}/health`)).rejects.toThrow();
  }
});

it("says what is wrong with its options, and starts nothing", async () => {
  const { child, ended } = startCluster(["--port", "many"]);
  const said = await child.stderr.toArray();
  expect(said.join("")).toBe("--port must be a port, or 0\n");
  expect(await ended).toEqual([1, null]);
});
