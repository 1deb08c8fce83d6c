import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
let faulty: FaultyStore;

const SETTINGS = { filterableAttributes: ["genre", "year"], sortableAttributes: ["year"] };
const film = (id: number, of: string) => ({
  id,
  title: `film ${id} ${of}`,
  genre: id % 2 ? "noir" : "comedy",
  year: 1990 + id,
  of,
});

beforeAll(async () => {
  gateway = await startTestGateway({
    wrapStore(store) {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
  for (const [at, uid] of ["one", "two", "three"].entries()) {
    await sendAndWait(gateway.send, "PATCH", `/indexes/${uid}/settings`, SETTINGS);
    const documents = Array.from({ length: 6 }, (_, n) => film(10 * at + n, uid));
    await sendAndWait(gateway.send, "POST", `/indexes/${uid}/documents?primaryKey=id`, documents);
  }
}, TEST_TIMEOUT_MS);

afterAll(() => gateway.close());

const ALIASES = "/_miroir/aliases";
const send = (...args: Parameters<TestGateway["send"]>) => gateway.send(...args);
const codeOf = ({ status, body }: Answer) => [status, body?.code];
let names = 0;
const fresh = () => `alias-${names++}`;
async function make(pointer: object): Promise<string> {
  const name = fresh();
  const made = await send("POST", ALIASES, { name, ...pointer });
  expect(made.status, made.text).toBe(201);
  return name;
}
const TIMES = { timeout: TEST_TIMEOUT_MS };

describe("/_miroir/aliases", TIMES, () => {
  it("creates, lists, shows with history, points elsewhere and deletes", async () => {
    const name = fresh();
    const made = await send("POST", ALIASES, { name, index: "one" });
    expect([made.status, made.body]).toEqual([
      201,
      { name, kind: "single", index: "one", version: 1, createdAt: expect.any(String), updatedAt: expect.any(String) },
    ]);
    const flipped = await send("PUT", `${ALIASES}/${name}`, { index: "two", version: 1 });
    expect([flipped.status, flipped.body.index, flipped.body.version]).toEqual([200, "two", 2]);
    expect((await send("PATCH", `${ALIASES}/${name}`, { index: "three", version: 2 })).body.version).toBe(3);
    const shown = await send("GET", `${ALIASES}/${name}`);
    expect(shown.body).toMatchObject({ index: "three", version: 3 });
    expect(shown.body.history).toMatchObject([
      { version: 2, index: "two" },
      { version: 1, index: "one" },
    ]);
    const { body } = await send("GET", ALIASES);
    expect(body.results).toContainEqual(expect.objectContaining({ name, index: "three" }));
    expect(body.total).toBe(body.results.length);
    expect(codeOf(await send("DELETE", `${ALIASES}/${name}?version=2`))).toEqual([
      409,
      "miroir_alias_version_conflict",
    ]);
    expect((await send("DELETE", `${ALIASES}/${name}?version=3`)).status).toBe(204);
    expect(codeOf(await send("GET", `${ALIASES}/${name}`))).toEqual([404, "miroir_alias_not_found"]);
    expect(codeOf(await send("DELETE", `${ALIASES}/${name}`))).toEqual([404, "miroir_alias_not_found"]);
    expect(codeOf(await send("POST", `/indexes/${name}/search`, {}))).toEqual([404, "index_not_found"]);
  });

  it.each([
    [{}, "miroir_invalid_alias"],
    [[], "miroir_invalid_alias"],
    [{ name: "x" }, "miroir_invalid_alias"],
    [{ name: "x", index: "one", indexes: ["two"] }, "miroir_invalid_alias"],
    [{ name: "a b", index: "one" }, "miroir_invalid_alias"],
    [{ name: "x", index: 1 }, "miroir_invalid_alias"],
    [{ name: "x", indexes: [] }, "miroir_invalid_alias"],
    [{ name: "x", indexes: ["one", "one"] }, "miroir_invalid_alias"],
    [{ name: "x", indexes: Array.from({ length: 101 }, (_, n) => `i${n}`) }, "miroir_invalid_alias"],
    [{ name: "x", index: "one", kind: "single" }, "miroir_invalid_alias"],
    [{ name: "x", index: "missing" }, "miroir_invalid_alias"],
  ])("refuses %j", async (body, code) => {
    expect(codeOf(await send("POST", ALIASES, body))).toEqual([400, code]);
    expect(await faulty.store.aliases.get("x")).toBeNull();
  });

  it("refuses what is there, is not, is in another version or of the other kind", async () => {
    const name = await make({ index: "one" });
    expect(codeOf(await send("POST", ALIASES, { name, index: "two" }))).toEqual([409, "miroir_alias_already_exists"]);
    const put = (body: object, of = name) => send("PUT", `${ALIASES}/${of}`, body);
    expect(codeOf(await put({ index: "two" }))).toEqual([400, "miroir_invalid_alias"]);
    expect(codeOf(await put({ index: "two", version: 2 }))).toEqual([409, "miroir_alias_version_conflict"]);
    expect(codeOf(await put({ index: "missing", version: 1 }))).toEqual([400, "miroir_invalid_alias"]);
    expect(codeOf(await put({ indexes: ["two"], version: 1 }))).toEqual([400, "miroir_invalid_alias"]);
    expect(codeOf(await put({ index: "two", version: 1 }, "never"))).toEqual([404, "miroir_alias_not_found"]);
    expect((await send("GET", `${ALIASES}/${name}`)).body).toMatchObject({ index: "one", version: 1, history: [] });
  });

  it("lets no alias take the name of an index, and no index that of an alias", async () => {
    const name = await make({ index: "one" });
    expect(codeOf(await send("POST", ALIASES, { name: "two", index: "one" }))).toEqual([409, "miroir_name_taken"]);
    expect(codeOf(await send("POST", "/indexes", { uid: name }))).toEqual([409, "miroir_name_taken"]);
    expect(codeOf(await send("PATCH", "/indexes/two", { uid: name }))).toEqual([409, "miroir_name_taken"]);
    expect(codeOf(await send("DELETE", `/indexes/${name}`))).toEqual([409, "miroir_alias_is_no_index"]);
    expect(codeOf(await send("PATCH", `/indexes/${name}`, { uid: "four" }))).toEqual([409, "miroir_alias_is_no_index"]);
    const swap = [{ indexes: [name, "two"] }];
    expect(codeOf(await send("POST", "/swap-indexes", swap))).toEqual([409, "miroir_alias_is_no_index"]);
    const { body } = await send("GET", "/indexes");
    expect(body.results.map(({ uid }: { uid: string }) => uid).sort()).toEqual(["one", "three", "two"]);
  });

  it("takes the admin key only", async () => {
    const key = { actions: ["*"], indexes: ["*"], expiresAt: null };
    const { body } = await send("POST", "/keys", key);
    const answer = await send("GET", ALIASES, undefined, { authorization: `Bearer ${body.key}` });
    expect(codeOf(answer)).toEqual([403, "invalid_api_key"]);
  });

  it("takes an Idempotency-Key", async () => {
    const name = fresh();
    const create = () => send("POST", ALIASES, { name, index: "one" }, { "idempotency-key": name });
    const [first, again] = [await create(), await create()];
    expect([again.status, again.text]).toEqual([201, first.text]);
  });
});

describe("an alias of one index", TIMES, () => {
  it("is read as that index on every route", async () => {
    const name = await make({ index: "one" });
    for (const [method, path, body] of [
      ["POST", "/search", { q: "film", filter: "genre = noir", sort: ["year:desc"], facets: ["genre"] }],
      ["GET", "/search?q=film"],
      ["POST", "/facet-search", { facetName: "genre" }],
      ["GET", "/documents"],
      ["POST", "/documents/fetch", { filter: "year > 1992" }],
      ["GET", "/documents/3"],
      ["GET", "/settings"],
      ["GET", "/settings/sortable-attributes"],
      ["GET", "/stats"],
      ["GET", ""],
      ["POST", "/fields", {}],
    ] as const) {
      const [direct, through] = [
        await send(method, `/indexes/one${path}`, body),
        await send(method, `/indexes/${name}${path}`, body),
      ];
      const { requestUid: _a, processingTimeMs: _b, ...expected } = direct.body;
      expect([through.status, through.body], path).toMatchObject([direct.status, expected]);
    }
    const queries = [{ indexUid: name, q: "film" }];
    const apart = await send("POST", "/multi-search", { queries });
    expect(apart.body.results[0]).toMatchObject({ indexUid: name, estimatedTotalHits: 6 });
    const federation = { facetsByIndex: { [name]: ["genre"] } };
    const { body } = await send("POST", "/multi-search", { federation, queries });
    expect(body.facetsByIndex[name].distribution.genre).toEqual({ comedy: 3, noir: 3 });
    expect(body.hits[0]._federation.indexUid).toBe(name);
  });

  it("is written to as that index, and the task names the index", async () => {
    await sendAndWait(gateway.send, "POST", "/indexes/target/documents", [{ id: 0 }]);
    const name = await make({ index: "target" });
    const added = await sendAndWait(gateway.send, "POST", `/indexes/${name}/documents`, [{ id: 1 }, { id: 2 }]);
    expect([added.indexUid, added.status]).toEqual(["target", "succeeded"]);
    await sendAndWait(gateway.send, "DELETE", `/indexes/${name}/documents/2`);
    await sendAndWait(gateway.send, "PATCH", `/indexes/${name}/settings`, { sortableAttributes: ["id"] });
    expect((await send("GET", "/indexes/target/documents")).body.results).toEqual([{ id: 0 }, { id: 1 }]);
    expect((await send("GET", "/indexes/target/settings/sortable-attributes")).body).toEqual(["id"]);
    await sendAndWait(gateway.send, "DELETE", "/indexes/target");
    expect(codeOf(await send("POST", `/indexes/${name}/documents`, [{ id: 1 }]))).toEqual([404, "index_not_found"]);
    expect(codeOf(await send("GET", `/indexes/${name}/documents`))).toEqual([404, "index_not_found"]);
    expect((await send("GET", "/indexes/target")).status).toBe(404);
  });

  it("opens itself, and not the index, to keys that name it", async () => {
    const name = await make({ index: "three" });
    const key = { actions: ["search", "documents.*", "tasks.get"], indexes: [name], expiresAt: null };
    const { body } = await send("POST", "/keys", key);
    const headers = { authorization: `Bearer ${body.key}` };
    expect((await send("POST", `/indexes/${name}/search`, {}, headers)).status).toBe(200);
    expect(codeOf(await send("POST", "/indexes/three/search", {}, headers))).toEqual([403, "invalid_api_key"]);
    const written = await send("DELETE", `/indexes/${name}/documents/999`, undefined, headers);
    expect(written.status).toBe(202);
    const task = await waitForTask((...args) => send(args[0], args[1], args[2], headers), written.body.taskUid);
    expect(task.status).toBe("succeeded");
  });

  it("is read as last known while the store is away, and a write waits for the store", async () => {
    const name = await make({ index: "one" });
    expect((await send("POST", `/indexes/${name}/search`, {})).status).toBe(200);
    const lift = faulty.add({ error: { code: "unavailable" } });
    expect((await send("POST", `/indexes/${name}/search`, {})).body.estimatedTotalHits).toBe(6);
    const written = await send("DELETE", `/indexes/${name}/documents/999`);
    expect(codeOf(written)).toEqual([503, "miroir_store_unavailable"]);
    lift();
  });
});

describe("an alias of several indexes", TIMES, () => {
  it("is searched as one, each hit saying where it is from", async () => {
    const name = await make({ indexes: ["two", "one"] });
    const search = { q: "film", limit: 20, facets: ["genre"], filter: "year > 1992", sort: ["year:desc"] };
    const { status, body } = await send("POST", `/indexes/${name}/search`, search);
    expect(status).toBe(200);
    expect(body).toMatchObject({ query: "film", limit: 20, offset: 0, estimatedTotalHits: 9 });
    expect(body.facetDistribution).toEqual({ genre: { comedy: 4, noir: 5 } });
    expect(body.hits.map(({ year }: { year: number }) => year)).toEqual([
      2005, 2004, 2003, 2002, 2001, 2000, 1995, 1994, 1993,
    ]);
    expect(body.hits[0]).toMatchObject({ of: "two", _federation: { indexUid: "two" } });
    const page = await send("GET", `/indexes/${name}/search?q=film&sort=year:desc&hitsPerPage=5&page=3`);
    expect(page.body).toMatchObject({ totalHits: 12, totalPages: 3, page: 3, hitsPerPage: 5 });
    expect(page.body.hits).toHaveLength(2);
    const apart = await send("POST", "/multi-search", { queries: [{ indexUid: name, q: "film" }] });
    expect(apart.body.results[0]).toMatchObject({ indexUid: name, estimatedTotalHits: 12 });
  });

  it("lists the documents of all, those of the first index first, and finds each", async () => {
    const name = await make({ indexes: ["two", "one"] });
    const { body } = await send("GET", `/indexes/${name}/documents?limit=4&offset=4`);
    expect([body.total, body.results.map(({ id }: { id: number }) => id)]).toEqual([12, [14, 15, 0, 1]]);
    const sorted = await send("POST", `/indexes/${name}/documents/fetch`, {
      sort: ["year:desc"],
      limit: 3,
      ids: [1, 12, 3],
    });
    expect(sorted.body.results.map(({ id }: { id: number }) => id)).toEqual([12, 3, 1]);
    expect((await send("GET", `/indexes/${name}/documents/3`)).body.of).toBe("one");
    expect((await send("GET", `/indexes/${name}/documents/13`)).body.of).toBe("two");
    expect(codeOf(await send("GET", `/indexes/${name}/documents/77`))).toEqual([404, "document_not_found"]);
    const facets = await send("POST", `/indexes/${name}/facet-search`, { facetName: "genre" });
    expect(facets.body.facetHits).toEqual([
      { value: "comedy", count: 6 },
      { value: "noir", count: 6 },
    ]);
  });

  it("is not written to, nor asked what only one index can answer", async () => {
    const name = await make({ indexes: ["two", "one"] });
    const total = (await send("GET", "/tasks")).body.total;
    for (const [method, path, body] of [
      ["POST", "/documents", [{ id: 1 }]],
      ["PUT", "/documents", [{ id: 1 }]],
      ["DELETE", "/documents"],
      ["POST", "/documents/delete-batch", [1]],
      ["PATCH", "/settings", {}],
      ["POST", "/compact"],
    ] as const)
      expect(codeOf(await send(method, `/indexes/${name}${path}`, body)), path).toEqual([
        409,
        "miroir_multi_alias_not_writable",
      ]);
    for (const [method, path, body] of [
      ["GET", ""],
      ["GET", "/settings"],
      ["GET", "/stats"],
      ["POST", "/fields", {}],
      ["POST", "/similar", { id: 1, embedder: "e" }],
    ] as const)
      expect(codeOf(await send(method, `/indexes/${name}${path}`, body)), path).toEqual([
        400,
        "miroir_multi_alias_not_supported",
      ]);
    const federated = { federation: {}, queries: [{ indexUid: name, q: "" }] };
    expect(codeOf(await send("POST", "/multi-search", federated))).toEqual([400, "miroir_multi_alias_not_supported"]);
    expect((await send("GET", "/tasks")).body.total).toBe(total);
  });

  it("says what is wrong with a search without naming parts that nobody sent", async () => {
    const name = await make({ indexes: ["two", "one"] });
    const { status, body } = await send("POST", `/indexes/${name}/search`, { filter: "nothing = 1" });
    expect([status, body.code]).toEqual([400, "invalid_search_filter"]);
    expect(body.message).not.toContain("queries");
  });
});
