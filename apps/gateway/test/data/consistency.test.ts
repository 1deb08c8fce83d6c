import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ replicationFactor: 3, shards: 4 });
});
afterAll(() => gateway.close());

/** What each node has in an index, in its own order. */
async function copies(indexUid: string): Promise<unknown[]> {
  const lists = gateway.nodes.map((_, node) =>
    gateway.sendToNode(node, "GET", `/indexes/${indexUid}/documents?limit=1000`),
  );
  return (await Promise.all(lists)).map(({ body }) => body.results);
}

it("writes to one document that come all at once leave every replica with the same version", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, version) =>
      gateway.send(version % 2 === 0 ? "POST" : "PUT", "/indexes/race/documents", [{ id: version % 3, version }]),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  for (const { body } of answers) expect((await waitForTask(gateway.send, body.taskUid)).status).toBe("succeeded");
  const [first, ...others] = await copies("race");
  expect(first).toHaveLength(3);
  for (const other of others) expect(other).toEqual(first);
});

it("the first writes to an index agree on one primary key", async () => {
  const bodies = [[{ sku_id: 1 }], [{ book_id: 1 }], [{ sku_id: 2 }], [{ book_id: 2 }]];
  const answers = await Promise.all(bodies.map((body) => gateway.send("POST", "/indexes/keys/documents", body)));
  const tasks = await Promise.all(answers.map(({ body }) => waitForTask(gateway.send, body.taskUid)));
  const { primaryKey } = (await gateway.send("GET", "/indexes/keys")).body;
  const fits = bodies.map(([document]) => Object.hasOwn(document as object, primaryKey));
  expect(tasks.map(({ status }) => status === "succeeded")).toEqual(fits);
  expect(tasks.flatMap(({ error }) => error?.code ?? [])).toEqual(["missing_document_id", "missing_document_id"]);
});

it("a change of settings holds for the first search after its task, and for the others", async () => {
  await sendAndWait(
    gateway.send,
    "POST",
    "/indexes/fresh/documents",
    Array.from({ length: 9 }, (_, id) => ({ id })),
  );
  for (const maxTotalHits of [2, 7, 1, 5]) {
    const write = sendAndWait(gateway.send, "PATCH", "/indexes/fresh/settings/pagination", { maxTotalHits });
    // Searches while the change is under way must not make the old settings stay.
    await Promise.all([write, ...Array.from({ length: 5 }, () => gateway.send("POST", "/indexes/fresh/search", {}))]);
    for (let search = 0; search < 3; search++) {
      const { body } = await gateway.send("POST", "/indexes/fresh/search", {});
      expect(body.hits).toHaveLength(maxTotalHits);
      expect(body.estimatedTotalHits).toBe(9);
    }
  }
});

it("an index that is deleted and written to again at once has the new documents alone", async () => {
  await sendAndWait(gateway.send, "POST", "/indexes/again/documents?primaryKey=a", [{ a: 1 }, { a: 2 }]);
  await gateway.send("DELETE", "/indexes/again");
  await sendAndWait(gateway.send, "POST", "/indexes/again/documents?primaryKey=b", [{ b: 3 }]);
  expect((await gateway.send("POST", "/indexes/again/search", {})).body.hits).toEqual([{ b: 3 }]);
  expect((await gateway.send("GET", "/indexes/again")).body.primaryKey).toBe("b");
});

it("a new index can be searched as soon as its task is done", async () => {
  for (let round = 0; round < 5; round++) {
    await sendAndWait(gateway.send, "POST", "/indexes", { uid: `new-${round}` });
    const { status, body } = await gateway.send("POST", `/indexes/new-${round}/search`, {});
    expect({ status, hits: body.hits }).toEqual({ status: 200, hits: [] });
  }
});

it("pages put together are the whole list, however large they are", async () => {
  const documents = Array.from({ length: 50 }, (_, id) => ({ id, group: id % 3, word: "same" }));
  await sendAndWait(gateway.send, "POST", "/indexes/pages/documents", documents);
  await sendAndWait(gateway.send, "PATCH", "/indexes/pages/settings", { sortableAttributes: ["group"] });
  const whole = await gateway.send("POST", "/indexes/pages/search", { q: "same", sort: ["group:desc"], limit: 50 });
  for (const limit of [1, 7, 20]) {
    const hits: unknown[] = [];
    for (let offset = 0; offset < 50; offset += limit) {
      const page = { q: "same", sort: ["group:desc"], offset, limit };
      hits.push(...(await gateway.send("POST", "/indexes/pages/search", page)).body.hits);
    }
    expect(hits).toEqual(whole.body.hits);
  }
});
