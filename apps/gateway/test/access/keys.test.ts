import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

const MASTER = "masterKeymasterKey";

it("keeps keys over a restart, and what was deleted deleted", { timeout: TEST_TIMEOUT_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "miroir-keys-"));
  const start = () =>
    startRunning({ path: join(folder, "miroir.db"), settings: [`master_key=${MASTER}`], key: MASTER });
  const listOf = async ({ send }: Running) => (await send("GET", "/keys")).body.results;

  const first = await start();
  const defaults = await listOf(first);
  expect(defaults).toHaveLength(4);
  const { key } = defaults[0];
  for (const { uid } of defaults.slice(1)) await first.send("DELETE", `/keys/${uid}`);
  await first.close();

  const second = await start();
  expect(await listOf(second)).toEqual(defaults.slice(0, 1));
  const search = createSend(second.address, key);
  expect((await search("POST", "/multi-search", { queries: [] })).status).toBe(200);
  await second.send("DELETE", `/keys/${key}`);
  expect((await search("POST", "/multi-search", { queries: [] })).status).toBe(403);
  await second.close();

  const third = await start();
  expect(await listOf(third)).toEqual([]);
  await third.close();
  await rm(folder, { recursive: true, force: true });
});

it("has no keys without a master key", { timeout: TEST_TIMEOUT_MS }, async () => {
  const gateway = await startRunning();
  const answer = await gateway.send("GET", "/keys");
  expect([answer.status, answer.body.code]).toEqual([401, "missing_master_key"]);
  expect(await gateway.context.store.apiKeys.count()).toBe(0);
  await gateway.close();
});

describe("a key of some indexes", () => {
  let gateway: TestGateway;
  let key: string;
  beforeAll(async () => {
    gateway = await startTestGateway({ nodes: 1, replicationFactor: 1 });
    for (const uid of ["books", "people"]) await sendAndWait(gateway.send, "POST", "/indexes", { uid });
    for (const uid of ["books", "box", "people"])
      await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents`, [{ id: 1 }]);
    await sendAndWait(gateway.send, "DELETE", "/indexes/box");
    const { apiKeys } = gateway.context;
    const uid = crypto.randomUUID();
    const actions = ["tasks.get", "stats.get", "indexes.get", "settings.update", "documents.add"];
    await apiKeys.create({ uid, name: null, description: null, actions, indexes: ["bo*"], expiresAt: null });
    key = apiKeys.keyValue(uid);
  });
  afterAll(() => gateway.close());

  it("lists its own indexes, and the tasks of those that are gone", async () => {
    const send = createSend(gateway.address, key);
    const indexes = (await send("GET", "/indexes")).body;
    expect(indexes.results.map((it: { uid: string }) => it.uid)).toEqual(["books"]);
    expect(indexes.total).toBe(1);
    expect(Object.keys((await send("GET", "/stats")).body.indexes)).toEqual(["books"]);
    const tasks = (await send("GET", "/tasks")).body;
    expect(tasks.results.map((it: { indexUid: string }) => it.indexUid)).toEqual(["box", "box", "books", "books"]);
    expect([tasks.total, tasks.next]).toEqual([4, null]);
    expect((await send("GET", "/tasks?indexUids=people,books")).body.total).toBe(2);
    expect((await send("GET", "/tasks?indexUids=people")).body.total).toBe(0);
  });

  it.each(["", "&reverse=true"])("pages through its tasks (%s)", async (order) => {
    const send = createSend(gateway.address, key);
    const all = (await send("GET", `/tasks?${order}`)).body.results;
    const paged: unknown[] = [];
    let from = "";
    for (;;) {
      const { body } = await send("GET", `/tasks?limit=1${order}${from}`);
      paged.push(...body.results);
      expect(body.total).toBe(all.length);
      if (body.next === null) break;
      from = `&from=${body.next}`;
    }
    expect(paged).toEqual(all);
  });

  it("creates no index by writing to it, without the right to create it", async () => {
    const send = createSend(gateway.address, key);
    for (const [method, path, body] of [
      ["POST", "/indexes/bottles/documents", [{ id: 1 }]],
      ["PATCH", "/indexes/bottles/settings", { stopWords: ["a"] }],
      ["PUT", "/indexes/bottles/settings/stop-words", ["a"]],
    ] as const) {
      const task = await sendAndWait(send, method, path, body);
      expect([task.status, task.error.code]).toEqual(["failed", "index_not_found"]);
    }
    expect((await gateway.send("GET", "/indexes/bottles")).status).toBe(404);
    expect((await sendAndWait(send, "POST", "/indexes/books/documents", [{ id: 2 }])).status).toBe("succeeded");
  });
});
