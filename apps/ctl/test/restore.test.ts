import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { type RunningGateway, startGateway, startNode } from "./support/gateway.ts";
import { miroir, temporaryFolder } from "./support/miroir.ts";
import { runHere } from "./support/run-here.ts";

// What docs/operations.md says under "Back up and restore", with SQLite. Development nodes keep nothing on a disk: that they go on as
// they are stands for nodes that were started from their snapshots of the same moment.
const PAGE = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
const COMMAND = /^npm run miroir -- (store backup .*)$/m.exec(PAGE)?.[1] ?? "";
const CHECK = /^`npm run miroir -- (store check)`/m.exec(PAGE)?.[1] ?? "";

const KEY = "master-key-of-this-test";
const NODE_KEY = "key-of-the-nodes";
const FILMS = Array.from({ length: 40 }, (_, id) => ({ id, title: `Film ${id}`, year: 1950 + id }));

const json = async <Body>(answer: Promise<Response>) => (await (await answer).json()) as Body;

async function written(gateway: RunningGateway, method: string, path: string, body?: unknown): Promise<number> {
  const { taskUid } = await json<{ taskUid: number }>(gateway.ask(method, path, body));
  const args = ["tasks", "wait", String(taskUid), "--url", gateway.url];
  expect(await runHere(args, { MIROIR_MASTER_KEY: KEY })).toMatchObject({ code: 0 });
  return taskUid;
}

/** All of a gateway's that is in its store alone, or follows from it. */
const seen = async (gateway: RunningGateway) => ({
  documents: await json(gateway.ask("GET", "/indexes/now/documents?limit=100&sort=id:asc")),
  found: (
    await json<{ hits: unknown[] }>(gateway.ask("POST", "/indexes/films/search", { filter: "year > 1980", limit: 100 }))
  ).hits.length,
  settings: await json(gateway.ask("GET", "/indexes/films/settings")),
  keys: await json(gateway.ask("GET", "/keys")),
  aliases: await json(gateway.ask("GET", "/_miroir/aliases")),
  webhooks: await json(gateway.ask("GET", "/webhooks")),
});

it("a gateway that is started on the backup knows all that the other knew, and goes on", {
  timeout: 60_000,
}, async () => {
  const folder = temporaryFolder();
  const nodes = await Promise.all([1, 2].map(() => startNode(NODE_KEY)));
  onTestFinished(async () => {
    await Promise.all(nodes.map(({ stop }) => stop()));
  });
  const over = (file: string) =>
    startGateway(KEY, { path: join(folder, file), nodes: nodes.map(({ url }) => url), nodeKey: NODE_KEY });

  const gateway = await over("miroir.db");
  await written(gateway, "PATCH", "/indexes/films/settings", {
    filterableAttributes: ["year"],
    sortableAttributes: ["id"],
  });
  const last = await written(gateway, "POST", "/indexes/films/documents", FILMS);
  await gateway.ask("POST", "/keys", { actions: ["search"], indexes: ["films"], expiresAt: null });
  await gateway.ask("POST", "/_miroir/aliases", { name: "now", index: "films" });
  const before = await seen(gateway);
  expect(before).toMatchObject({ documents: { total: 40 }, found: 9, aliases: { results: [{ name: "now" }] } });

  const env = { MIROIR_TASK_STORE_PATH: join(folder, "miroir.db") };
  expect(await miroir(COMMAND.split(" "), env, folder)).toMatchObject({ code: 0, stderr: "" });
  await written(gateway, "POST", "/snapshots");
  await gateway.stop();

  const restored = await over("miroir-backup.db");
  onTestFinished(restored.stop);
  expect(await seen(restored)).toEqual(before);
  expect(await json(restored.ask("GET", `/tasks/${last}`))).toMatchObject({ status: "succeeded" });
  expect(await written(restored, "DELETE", "/indexes/films/documents/7")).toBe(last + 1);
  expect(await json(restored.ask("GET", "/indexes/films/stats"))).toMatchObject({ numberOfDocuments: 39 });
  const backup = { MIROIR_TASK_STORE_PATH: join(folder, "miroir-backup.db") };
  expect(await runHere(CHECK.split(" "), backup)).toMatchObject({ code: 0, stderr: "" });
});
