import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSend, type Send, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

// The commands of docs/migrating.md, as they stand there, from a real Meilisearch into a gateway on real nodes.
const PAGE = readFileSync(new URL("../../../../docs/migrating.md", import.meta.url), "utf8");
const COMMANDS = [...PAGE.matchAll(/<!-- run by: .* -->\n```sh\n([\s\S]*?)```/g)].map(([, commands = ""]) => commands);
const FILMS = Array.from({ length: 300 }, (_, id) => ({
  id,
  title: `Film ${id}`,
  genre: id % 2 ? "drama" : "western",
}));

const missing = ["bash", "curl", "jq"].filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
const skipped = ON_REAL_NODES
  ? missing.length === 0
    ? ""
    : ` (skipped: there is no ${missing.join(", ")})`
  : " (skipped: development nodes export nothing; MEILISEARCH_BIN names one that does)";

describe.skipIf(skipped !== "")(`docs/migrating.md${skipped}`, { timeout: TEST_TIMEOUT_MS }, () => {
  let nodes: TestNode[];
  let old: Send;
  let gateway: Running;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    vi.stubEnv("MEILI_EXPERIMENTAL_ALLOWED_IP_NETWORKS", "127.0.0.0/8");
    nodes = await startNodes(3);
    const [single, ...others] = nodes.map(({ address }) => address);
    gateway = await startRunning({ nodes: others, settings: [`master_key=${NODE_KEY}`], key: NODE_KEY });
    old = createSend(single ?? "", NODE_KEY);
    env = { ...process.env, OLD: single, OLD_KEY: NODE_KEY, NEW: gateway.address, NEW_KEY: NODE_KEY };
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await gateway.close();
    for (const node of nodes) await node.stop();
    vi.unstubAllEnvs();
  });

  const run = async (commands = ""): Promise<string> =>
    (await promisify(execFile)("bash", ["-euo", "pipefail", "-c", commands], { env })).stdout;

  it("moves keys with their values, settings and documents, and compares", async () => {
    await sendAndWait(old, "PATCH", "/indexes/films/settings", { filterableAttributes: ["genre"] });
    await sendAndWait(old, "POST", "/indexes/films/documents", FILMS);
    const { key } = (await old("POST", "/keys", { actions: ["search"], indexes: ["films"], expiresAt: null })).body;
    expect(COMMANDS).toHaveLength(3);
    const [keys, documents, compare] = COMMANDS;

    await run(keys);
    const task = await waitForTask(old, JSON.parse(await run(documents)).taskUid);
    expect(task).toMatchObject({ type: "export", status: "succeeded" });
    const { results } = (await gateway.send("GET", "/tasks?statuses=enqueued,processing&limit=1000")).body;
    for (const { uid } of results) await waitForTask(gateway.send, uid);

    const [before, after] = (await run(compare)).trim().split("\n");
    expect(after).toBe(before);
    expect(after).toBe('{"films":300}');
    const body = { q: "film", filter: "genre = western", limit: 1000 };
    const found = (await createSend(gateway.address, key)("POST", "/indexes/films/search", body)).body;
    expect(found.hits.map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b)).toEqual(
      FILMS.filter(({ genre }) => genre === "western").map(({ id }) => id),
    );
  });
});
