import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

let gateway: TestGateway;
let before: unknown;

/** All documents and settings on all nodes, and what the store has of indexes, but not when they were last written to. */
async function everything(): Promise<unknown> {
  const nodes = gateway.nodes.map(async (_, position) => {
    const read = async (path: string) => (await gateway.sendToNode(position, "GET", path)).body;
    return [await read("/indexes/i/documents"), await read("/indexes/i/settings"), (await read("/indexes")).total];
  });
  const { items } = await gateway.store.indexes.list({});
  return { nodes: await Promise.all(nodes), indexes: items.map(({ updatedAt: _, ...row }) => row) };
}

beforeAll(async () => {
  gateway = await startTestGateway({ shards: 4, replicationFactor: 2 });
  await sendAndWait(gateway.send, "POST", "/indexes/i/documents", [{ id: 1, title: "kept" }]);
  await sendAndWait(gateway.send, "PATCH", "/indexes/i/settings", { filterableAttributes: ["_geo"] });
  before = await everything();
});
afterAll(() => gateway.close());
afterEach(async () => expect(await everything()).toEqual(before));

const JSON_TYPE = { "content-type": "application/json" };
const DOCUMENTS = "/indexes/i/documents";
const SETTINGS = "/indexes/i/settings";

type Refusal = readonly [
  what: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
  status: number,
  code: string,
];

const REFUSED: readonly Refusal[] = [
  ["malformed JSON documents", "POST", DOCUMENTS, '[{"id":2},{"id":', JSON_TYPE, 400, "malformed_payload"],
  [
    "malformed NDJSON",
    "POST",
    DOCUMENTS,
    '{"id":2}\n{"id"',
    { "content-type": "application/x-ndjson" },
    400,
    "malformed_payload",
  ],
  ["malformed CSV", "POST", DOCUMENTS, "id:number\nx", { "content-type": "text/csv" }, 400, "malformed_payload"],
  ["documents without content type", "POST", DOCUMENTS, Buffer.from("[]"), {}, 415, "missing_content_type"],
  ["documents of another type", "POST", DOCUMENTS, "[]", { "content-type": "text/plain" }, 415, "invalid_content_type"],
  ["no documents at all", "POST", DOCUMENTS, "", JSON_TYPE, 400, "missing_payload"],
  ["a delimiter for JSON", "POST", `${DOCUMENTS}?csvDelimiter=;`, "[]", JSON_TYPE, 415, "invalid_content_type"],
  [
    "a long delimiter",
    "POST",
    `${DOCUMENTS}?csvDelimiter=ab`,
    "id\n1",
    { "content-type": "text/csv" },
    400,
    "invalid_document_csv_delimiter",
  ],
  ["an unknown parameter", "POST", `${DOCUMENTS}?colour=red`, "[]", JSON_TYPE, 400, "bad_request"],
  [
    "skipCreation that is no boolean",
    "PUT",
    `${DOCUMENTS}?skipCreation=maybe`,
    "[]",
    JSON_TYPE,
    400,
    "invalid_skip_creation",
  ],
  ["an index uid with a dot", "POST", "/indexes/a.b/documents", "[]", JSON_TYPE, 400, "invalid_index_uid"],
  ["a reserved field", "POST", DOCUMENTS, '[{"id":2,"_miroir_shard":"x"}]', JSON_TYPE, 400, "miroir_reserved_field"],
  [
    "a reserved field with an escape",
    "PUT",
    DOCUMENTS,
    '[{"id":2,"\\u005fmiroir_seq":"x"}]',
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "a reserved column",
    "POST",
    DOCUMENTS,
    "id,_miroir_x\n2,3",
    { "content-type": "text/csv" },
    400,
    "miroir_reserved_field",
  ],
  [
    "a reserved primary key",
    "POST",
    `${DOCUMENTS}?primaryKey=_miroir_seq`,
    "[]",
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "deletion by a reserved field",
    "POST",
    `${DOCUMENTS}/delete`,
    '{"filter":"_miroir_shard EXISTS"}',
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "deletion by an empty filter",
    "POST",
    `${DOCUMENTS}/delete`,
    '{"filter":""}',
    JSON_TYPE,
    400,
    "invalid_document_filter",
  ],
  ["deletion without a filter", "POST", `${DOCUMENTS}/delete`, "{}", JSON_TYPE, 400, "missing_document_filter"],
  ["deletion of no list", "POST", `${DOCUMENTS}/delete-batch`, '{"ids":[1]}', JSON_TYPE, 400, "bad_request"],
  ["an index without uid", "POST", "/indexes", "{}", JSON_TYPE, 400, "missing_index_uid"],
  ["an index with a bad uid", "POST", "/indexes", '{"uid":"a b"}', JSON_TYPE, 400, "invalid_index_uid"],
  ["an index with an unknown field", "POST", "/indexes", '{"uid":"a","x":1}', JSON_TYPE, 400, "bad_request"],
  [
    "an index with a reserved key",
    "POST",
    "/indexes",
    '{"uid":"a","primaryKey":"_miroir_x"}',
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "a change of an index's dates",
    "PATCH",
    "/indexes/i",
    '{"createdAt":"x"}',
    JSON_TYPE,
    400,
    "immutable_index_created_at",
  ],
  ["an unknown setting", "PATCH", SETTINGS, '{"x":1}', JSON_TYPE, 400, "bad_request"],
  ["a setting of a wrong type", "PATCH", SETTINGS, '{"stopWords":1}', JSON_TYPE, 400, "invalid_settings_stop_words"],
  [
    "a reserved setting",
    "PATCH",
    SETTINGS,
    '{"sortableAttributes":["_miroir_seq"]}',
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "a reserved filterable pattern",
    "PUT",
    `${SETTINGS}/filterable-attributes`,
    '[{"attributePatterns":["_miroir_*"]}]',
    JSON_TYPE,
    400,
    "miroir_reserved_field",
  ],
  [
    "a marker as token",
    "PUT",
    `${SETTINGS}/non-separator-tokens`,
    '["⦃"]',
    JSON_TYPE,
    400,
    "invalid_settings_non_separator_tokens",
  ],
  [
    "a marker in the dictionary",
    "PUT",
    `${SETTINGS}/dictionary`,
    '["a⦒"]',
    JSON_TYPE,
    400,
    "invalid_settings_dictionary",
  ],
  ["settings without content type", "PATCH", SETTINGS, Buffer.from("{}"), {}, 415, "missing_content_type"],
  ["a malformed search", "POST", "/indexes/i/search", "{", JSON_TYPE, 400, "malformed_payload"],
  ["a search with a bad limit", "POST", "/indexes/i/search", '{"limit":-1}', JSON_TYPE, 400, "invalid_search_limit"],
  [
    "a search with a bad filter",
    "POST",
    "/indexes/i/search",
    '{"filter":"a ="}',
    JSON_TYPE,
    400,
    "invalid_search_filter",
  ],
  [
    "a search on a field that is not filterable",
    "POST",
    "/indexes/i/search",
    '{"filter":"a = 1"}',
    JSON_TYPE,
    400,
    "invalid_search_filter",
  ],
  [
    "a search by vector of an embedder that is not there",
    "POST",
    "/indexes/i/search",
    '{"q":"x","hybrid":{"embedder":"e"}}',
    JSON_TYPE,
    400,
    "invalid_search_embedder",
  ],
  [
    "a personalized search",
    "POST",
    "/indexes/i/search",
    '{"q":"x","personalize":{"userContext":"reader"}}',
    JSON_TYPE,
    501,
    "miroir_not_implemented",
  ],
  ["a search of a missing index", "POST", "/indexes/none/search", "{}", JSON_TYPE, 404, "index_not_found"],
  ["the documents of a missing index", "GET", "/indexes/none/documents", undefined, {}, 404, "index_not_found"],
  ["a document that is not there", "GET", `${DOCUMENTS}/2`, undefined, {}, 404, "document_not_found"],
  ["a document with an impossible id", "GET", `${DOCUMENTS}/a%20b`, undefined, {}, 404, "document_not_found"],
  ["the settings of a missing index", "GET", "/indexes/none/settings", undefined, {}, 404, "index_not_found"],
  ["the statistics of a missing index", "GET", "/indexes/none/stats", undefined, {}, 404, "index_not_found"],
];

describe("is refused at once and changes nothing:", () => {
  it.each(REFUSED)("%s", async (_what, method, path, body, headers, status, code) => {
    const answer = await gateway.send(method, path, body, headers);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(Object.keys(answer.body)).toEqual(["message", "code", "type", "link"]);
  });
});

const FAILED: readonly (readonly [what: string, method: string, path: string, body: unknown, code: string])[] = [
  ["a document without id", "POST", DOCUMENTS, [{ id: 2 }, { title: "x" }], "missing_document_id"],
  ["a document with a bad id", "POST", DOCUMENTS, [{ id: 2 }, { id: "a b" }, { id: 3 }], "invalid_document_id"],
  ["a document with a float as id", "PUT", DOCUMENTS, [{ id: 2.5 }], "invalid_document_id"],
  [
    "a document with bad coordinates",
    "POST",
    DOCUMENTS,
    [{ id: 2 }, { id: 3, _geo: { lat: "x", lng: 1 } }],
    "invalid_document_geo_field",
  ],
  [
    "another primary key",
    "POST",
    `${DOCUMENTS}?primaryKey=title`,
    [{ id: 2, title: "x" }],
    "index_primary_key_already_exists",
  ],
  ["an index that is there", "POST", "/indexes", { uid: "i" }, "index_already_exists"],
  ["the deletion of a missing index", "DELETE", "/indexes/none", undefined, "index_not_found"],
  ["a deletion from a missing index", "DELETE", "/indexes/none/documents/1", undefined, "index_not_found"],
  [
    "a deletion by a field that is not filterable",
    "POST",
    `${DOCUMENTS}/delete`,
    { filter: "a = 1" },
    "invalid_document_filter",
  ],
  [
    "another primary key for an index with documents",
    "PATCH",
    "/indexes/i",
    { primaryKey: "title" },
    "index_primary_key_already_exists",
  ],
  ["a reset of a missing index's settings", "DELETE", "/indexes/none/settings", undefined, "index_not_found"],
];

describe("fails as a task and changes nothing:", () => {
  it.each(FAILED)("%s", async (_what, method, path, body, code) => {
    const { status, error } = await sendAndWait(gateway.send, method, path, body);
    expect({ status, code: error.code }).toEqual({ status: "failed", code });
  });
});
