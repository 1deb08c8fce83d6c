import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RunningGateway, startGateway } from "./support/gateway.ts";
import { temporaryFolder } from "./support/miroir.ts";
import { runHere } from "./support/run-here.ts";

const KEY = "a-master-key-of-the-tests";
let gateway: RunningGateway;

beforeAll(async () => {
  gateway = await startGateway(KEY);
}, 60_000);
afterAll(() => gateway.stop());

const miroir = (...args: string[]) => runHere(args, { MIROIR_URL: gateway.url, MIROIR_MASTER_KEY: KEY });

async function json(...args: string[]) {
  const { code, stdout, stderr } = await miroir(...args, "--json");
  expect(stderr).toBe("");
  return { code, ...JSON.parse(stdout) };
}

/** @returns the task */
async function addDocuments(index: string, documents: readonly object[]): Promise<number> {
  const response = await gateway.ask("POST", `/indexes/${index}/documents`, documents);
  return ((await response.json()) as { taskUid: number }).taskUid;
}

describe("a gateway that is well", { timeout: 30_000 }, () => {
  it("is said to be", async () => {
    const { code, stdout } = await miroir("status");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gateway +http:\S+, ready$/m);
    expect(stdout).toMatch(/^nodes +3 of 3 usable, in 1 replica group$/m);
    expect(stdout).toMatch(/^store +sqlite, of 1 gateway$/m);
    expect(await json("status")).toMatchObject({ ready: { status: "ready" }, store: "sqlite", problems: [] });
  });

  it("has its nodes listed, and each shard on as many as there are copies", async () => {
    const { nodes } = await json("nodes", "list");
    expect(nodes).toHaveLength(3);
    const topology = await json("topology");
    const held = topology.nodes.flatMap((node: { shards: number[] }) => node.shards);
    expect(held).toHaveLength(topology.shards * topology.replicationFactor);
    const text = (await miroir("topology")).stdout;
    expect(text).toMatch(/^group +node +count +shards$/m);
    for (const { node } of topology.nodes) expect(text).toContain(node);
  });
});

describe("tasks", { timeout: 30_000 }, () => {
  it("are waited for, shown and listed; one that failed is a problem", async () => {
    const good = await addDocuments("films", [{ id: 1 }, { id: 2 }]);
    const bad = await addDocuments("films", [{ title: "no id" }]);
    const { code, tasks, problems } = await json("tasks", "wait", String(good), String(bad));
    expect(code).toBe(3);
    expect(tasks.map((task: { status: string }) => task.status).sort()).toEqual(["failed", "succeeded"]);
    expect(problems).toEqual([{ subject: `task ${bad}`, problem: expect.stringContaining("`id` attribute") }]);
    expect(await json("tasks", "show", String(good))).toMatchObject({
      code: 0,
      task: { status: "succeeded", details: { indexedDocuments: 2 } },
    });
    const failed = await json("tasks", "list", "--status", "failed", "--index", "films");
    expect(failed.results.map((task: { uid: number }) => task.uid)).toEqual([bad]);
    const { stdout } = await miroir("tasks", "list", "--limit", "1");
    expect(stdout).toMatch(new RegExp(`^ *${bad} +failed +documentAdditionOrUpdate +films`, "m"));
    expect(stdout).toMatch(/^\d+ in all; --from \d+ goes on\.$/m);
  });

  it("are canceled by name or filter, never all because nothing was said", async () => {
    expect(await miroir("tasks", "cancel")).toMatchObject({ code: 2, stderr: expect.stringContaining("needs tasks") });
    const { taskUid } = await json("tasks", "cancel", "--status", "enqueued", "processing");
    expect((await json("tasks", "wait", String(taskUid))).task).toMatchObject({ type: "taskCancelation" });
  });
});

describe("indexes", { timeout: 30_000 }, () => {
  it("are listed with their documents", async () => {
    const task = await addDocuments("books", [{ isbn_id: 1 }, { isbn_id: 2 }, { isbn_id: 3 }]);
    await json("tasks", "wait", String(task));
    const { indexes } = await json("indexes", "list");
    expect(indexes).toContainEqual(expect.objectContaining({ uid: "books", primaryKey: "isbn_id", documents: 3 }));
  });

  it("are deleted only when their name is given again", async () => {
    await json("tasks", "wait", String(await addDocuments("old", [{ id: 1 }])));
    expect((await miroir("indexes", "delete", "old")).code).toBe(2);
    const wrong = await miroir("indexes", "delete", "old", "--confirm", "older");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("nothing was done") });
    expect((await gateway.ask("GET", "/indexes/old")).status).toBe(200);
    const { taskUid } = await json("indexes", "delete", "old", "--confirm", "old");
    await json("tasks", "wait", String(taskUid));
    expect((await gateway.ask("GET", "/indexes/old")).status).toBe(404);
  });
});

describe("bench", { timeout: 30_000 }, () => {
  it("searches and prints percentiles", async () => {
    await json("tasks", "wait", String(await addDocuments("lines", [{ id: 1, text: "one" }])));
    // The first search of an index may take longer than all that is measured.
    await gateway.ask("POST", "/indexes/lines/search", {});
    const file = join(temporaryFolder(), "queries");
    writeFileSync(file, 'one\n{ "q": "two", "limit": 1 }\n');
    const figures = await json("bench", "lines", "--duration", "1", "--connections", "2", "--queries-file", file);
    expect(figures).toMatchObject({ code: 0, failed: 0, index: "lines" });
    expect(figures.requests).toBeGreaterThan(0);
    expect(figures.latencyMs.p50).toBeLessThanOrEqual(figures.latencyMs.p99);
  });

  it("says so when searches fail", async () => {
    const { code, failed, requests } = await json("bench", "nothing", "--duration", "1", "--connections", "1");
    expect(code).toBe(3);
    expect(failed).toBe(requests);
  });
});

describe("keys", { timeout: 30_000 }, () => {
  const list = (args: string[], env: Record<string, string>, stdin?: string) =>
    runHere(["indexes", "list", "--url", gateway.url, ...args], env, stdin);

  it("come from a file, standard input or the gateway's own variables", async () => {
    const file = join(temporaryFolder(), "key");
    writeFileSync(file, `${KEY}\n`);
    expect((await list(["--key-file", file], {})).code).toBe(0);
    expect((await list(["--key-file", "-"], {}, `${KEY}\n`)).code).toBe(0);
    expect((await list([], { MIROIR_MASTER_KEY_FILE: file })).code).toBe(0);
    expect((await list([], { MIROIR_MASTER_KEY: KEY })).code).toBe(0);
  });

  it("that do not fit, or are missing, end it with the API's code and without the key", async () => {
    const { code, stdout, stderr } = await list(["--json"], { MIROIR_MASTER_KEY: "not-the-one" });
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe("invalid_api_key");
    expect(stderr).toContain("--key-file names the key");
    expect(stdout + stderr).not.toContain("not-the-one");
    expect(await list([], {})).toMatchObject({ code: 1, stderr: expect.stringContaining("Authorization header") });
    expect((await list(["--key-file", "/nowhere/key"], {})).code).toBe(2);
  });
});

it("says that what answers is no gateway", async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/indexes?limit=100&offset=0" ? 200 : 404).end("<html>");
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const complaints = await Promise.all(
    [["nodes", "list"], ["status"], ["indexes", "list"]].map((command) => runHere([...command, "--url", url])),
  );
  expect(complaints.map(({ code, stderr }) => [code, stderr])).toEqual([
    [1, `miroir: what answers at ${url} is no gateway: it answers /_miroir/topology with 404\n`],
    [1, expect.stringMatching(/is no gateway: it (answers|sends)/)],
    [1, `miroir: what answers at ${url} is no gateway: it sends no JSON\n`],
  ]);
});

it("says that nobody answers, and at which URL", async () => {
  const { code, stderr } = await runHere(["status", "--url", "http://127.0.0.1:9"]);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^miroir: no gateway answers at http:\/\/127\.0\.0\.1:9: /),
  });
  expect((await runHere(["status", "--url", "ftp://host"])).code).toBe(2);
});
