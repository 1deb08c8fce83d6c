import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { signToken } from "../recorded/requests.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, createSend, sendAndWait } from "../support/http.ts";
import { NODE_KEY, ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

type ReadNode = { node: string; reason: string; shards: number[] };
type Call = { node: string; path: string; shards: number[]; attempt: number; outcome: string };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ shards: 16, replicationFactor: 2 });
  await sendAndWait(gateway.send, "PATCH", "/indexes/films/settings", {
    filterableAttributes: ["genre"],
    distinctAttribute: null,
    embedders: { m: { source: "userProvided", dimensions: 2 } },
  });
  const documents = Array.from({ length: 20 }, (_, id) => ({ id, title: `film ${id}`, genre: id % 2 ? "a" : "b" }));
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", documents);
});
afterAll(() => gateway.close());

const explain = (body: unknown, query = "", send = gateway.send) =>
  send("POST", `/indexes/films/explain${query}`, body);
const asked = ({ body }: Answer) =>
  body.indexes[0].read.nodes.filter(({ reason }: ReadNode) => reason === "asked").map(({ node }: ReadNode) => node);

it("names the nodes that the search then asks, for the shards that it asks them for", async () => {
  for (const q of ["film", "film 1", "film 2", "3", ""]) {
    const { status, body } = await explain({ q }, "?execute=true");
    expect(status).toBe(200);
    const planned = body.indexes[0].read.nodes.filter(({ reason }: ReadNode) => reason === "asked");
    const calls: Call[] = body.execution.calls.filter(({ path }: Call) => path.endsWith("/search"));
    const byNode = (list: readonly { node: string; shards: number[] }[]) =>
      list.map(({ node, shards }) => [node, shards]).sort();
    expect(byNode(calls)).toEqual(byNode(planned));
    for (const call of calls)
      expect(call).toMatchObject({
        attempt: 1,
        hedged: false,
        outcome: "answered",
        processingTimeMs: expect.any(Number),
      });
    expect(body.execution.tookMs).toBeGreaterThanOrEqual(body.execution.mergeMs);
  }
});

it("says the same without asking anybody", async () => {
  const request = vi.spyOn(gateway.context.cluster, "request");
  const plain = await explain({ q: "film" });
  expect(request.mock.calls.filter(([, { path }]) => path.endsWith("/search"))).toEqual([]);
  request.mockRestore();
  expect(plain.body.execution).toBeUndefined();
  expect(asked(plain)).toEqual(asked(await explain({ q: "film" }, "?execute=true")));
});

it("shows what nodes are asked, what is taken out again, and what to know of it", async () => {
  const { body } = await explain({
    q: "film",
    filter: "genre = a",
    distinct: "genre",
    rankingScoreThreshold: 0.1,
    attributesToRetrieve: ["title"],
    matchingStrategy: "frequency",
    offset: 990,
    limit: 20,
  });
  const [{ steps, merge, warnings }] = body.indexes;
  expect(steps).toMatchObject([
    {
      step: "words",
      body: { q: "film", filter: '"genre" = "a"', limit: 1_000 },
      window: { offset: 990, limit: 10, perNode: 1_000 },
    },
  ]);
  expect(steps[0].hiddenFields).toEqual(["_miroir_shard", "_miroir_seq", "genre"]);
  expect(merge).toMatchObject({ distinct: "genre", total: "upper_bound", ties: "insertion" });
  expect(warnings).toHaveLength(4);
});

it("shows both parts of a hybrid search, and that the query is embedded first", async () => {
  const { body } = await explain({ q: "film", hybrid: { embedder: "m", semanticRatio: 0.5 } });
  const [{ kind, steps, warnings }] = body.indexes;
  expect(kind).toBe("hybrid");
  expect(
    steps.map(({ step, body: sent }: { step: string; body: { hybrid?: unknown } }) => [step, sent.hybrid]),
  ).toEqual([
    ["words", undefined],
    ["vectors", { embedder: "m", semanticRatio: 1 }],
  ]);
  expect(warnings).toHaveLength(2);
});

it("is for whoever may search the index, with the filter of their token, and shows no key", async () => {
  const key = await gateway.context.apiKeys.create({
    ...{ uid: crypto.randomUUID(), name: null, description: null, expiresAt: null },
    ...{ actions: ["search"], indexes: ["films"] },
  });
  const signWith = gateway.context.apiKeys.keyValue(key.uid);
  const claims = { apiKeyUid: key.uid, searchRules: { films: { filter: "genre = a" } } };
  const send = createSend(gateway.address, signToken({ alg: "HS256", claims, signWith }));
  const { status, body, text } = await explain({ filter: "id = 1 OR genre = b" }, "?execute=true", send);
  expect(status).toBe(400);
  expect(body.code).toBe("invalid_search_filter");
  const allowed = await explain({ filter: "genre = b" }, "?execute=true", send);
  expect(allowed.body.filter.asked).toBe('"genre" = "b"');
  expect(allowed.body.filter.withToken).toContain('"genre" = "a"');
  for (const secret of [NODE_KEY, signWith]) expect(text + allowed.text).not.toContain(secret);
  expect((await send("POST", "/indexes/others/explain", {})).status).toBe(403);
});

it("refuses what the search refuses", async () => {
  expect((await explain({ q: 1 })).body.code).toBe("invalid_search_q");
  expect((await explain({}, "?execute=perhaps")).status).toBe(400);
  expect((await gateway.send("POST", "/indexes/none/explain", {})).body.code).toBe("index_not_found");
});

it.skipIf(ON_REAL_NODES)("tells of the replica that stepped in (only development nodes fail at will)", async () => {
  const [first] = asked(await explain({ q: "film 7" }));
  const position = gateway.nodes.findIndex((_, at) => gateway.nodeId(at) === first);
  gateway.nodes[position]?.faults?.add({ route: "/indexes/:uid/search", refuse: true, count: 1 });
  const { body } = await explain({ q: "film 7" }, "?execute=true");
  const calls: Call[] = body.execution.calls;
  expect(calls.find(({ node }) => node === first)).toMatchObject({ attempt: 1, outcome: "failed" });
  expect(calls.filter(({ attempt }) => attempt === 2).length).toBeGreaterThan(0);
});
