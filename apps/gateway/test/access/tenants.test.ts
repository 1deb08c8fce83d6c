import { afterAll, beforeAll, expect, it } from "vitest";
import { signToken } from "../recorded/requests.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, type Send, sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
let apiKeyUid: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  const { send } = gateway;
  await sendAndWait(send, "PATCH", "/indexes/docs/settings", {
    filterableAttributes: ["tenant"],
    embedders: { m: { source: "userProvided", dimensions: 2 } },
  });
  const documents = Array.from({ length: 12 }, (_, id) => ({
    id,
    tenant: id % 2 === 0 ? "a" : "b",
    _vectors: { m: [Math.cos(id / 8), Math.sin(id / 8)] },
  }));
  await sendAndWait(send, "POST", "/indexes/docs/documents", documents);
  const key = await gateway.context.apiKeys.create({
    uid: crypto.randomUUID(),
    name: null,
    description: null,
    actions: ["search"],
    indexes: ["*"],
    expiresAt: null,
  });
  apiKeyUid = key.uid;
}, TEST_TIMEOUT_MS);
afterAll(() => gateway.close());

function asTenant(tenant: string): Send {
  const claims = { apiKeyUid, searchRules: { "*": { filter: `tenant = ${tenant}` } } };
  const signWith = gateway.context.apiKeys.keyValue(apiKeyUid);
  return createSend(gateway.address, signToken({ alg: "HS256", claims, signWith }));
}

const idsOf = (hits: { id: number }[]) => hits.map(({ id }) => id).sort((a, b) => a - b);

it("finds its own documents, however it asks", async () => {
  const send = asTenant("a");
  const own = [0, 2, 4, 6, 8, 10];
  for (const filter of [undefined, "tenant = b OR tenant = a", [["tenant = b", "tenant = a"]], "NOT tenant = c"]) {
    const { body } = await send("POST", "/indexes/docs/search", { filter });
    expect(idsOf(body.hits)).toEqual(own);
    expect(body.estimatedTotalHits).toBe(own.length);
  }
  const hybrid = { vector: [1, 0], hybrid: { embedder: "m", semanticRatio: 1 } };
  expect(idsOf((await send("POST", "/indexes/docs/search", hybrid)).body.hits)).toEqual(own);
  const several = { federation: {}, queries: [{ indexUid: "docs" }, { indexUid: "docs", filter: "tenant = b" }] };
  expect(idsOf((await send("POST", "/multi-search", several)).body.hits)).toEqual(own);
  const facets = await send("POST", "/indexes/docs/facet-search", { facetName: "tenant" });
  expect(facets.body.facetHits).toEqual([{ value: "a", count: 6 }]);
});

it("finds documents like its own, and learns nothing of others", async () => {
  const send = asTenant("a");
  const similar = await send("POST", "/indexes/docs/similar", { id: 0, embedder: "m" });
  expect(idsOf(similar.body.hits)).toEqual([2, 4, 6, 8, 10]);
  for (const id of [1, 99]) {
    const answer = await send("POST", "/indexes/docs/similar", { id, embedder: "m" });
    expect([answer.status, answer.body.code]).toEqual([400, "not_found_similar_id"]);
  }
});

it("lets a client ask about a document that its own filter leaves out", async () => {
  const answer = await gateway.send("POST", "/indexes/docs/similar", { id: 1, embedder: "m", filter: "tenant = a" });
  expect(idsOf(answer.body.hits)).toEqual([0, 2, 4, 6, 8, 10]);
});

it("cannot name our own fields", async () => {
  const claims = { apiKeyUid, searchRules: { "*": { filter: "_miroir_shard = 1" } } };
  const signWith = gateway.context.apiKeys.keyValue(apiKeyUid);
  const send = createSend(gateway.address, signToken({ alg: "HS256", claims, signWith }));
  for (const [path, body] of [
    ["/indexes/docs/search", {}],
    ["/indexes/docs/facet-search", { facetName: "tenant" }],
    ["/indexes/docs/similar", { id: 0, embedder: "m" }],
    ["/multi-search", { queries: [{ indexUid: "docs" }] }],
  ] as const) {
    const answer = await send("POST", path, body);
    expect([path, answer.status, answer.body.code]).toEqual([path, 400, "miroir_reserved_field"]);
  }
});
