import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeFunction } from "../../src/plan/edit-function.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ nodes: 3, replicationFactor: 2 });
}, TEST_TIMEOUT_MS);
afterAll(() => gateway.close());

const films = Array.from({ length: 30 }, (_, id) => ({ id, year: 1990 + id }));
const EDIT = "/indexes/films/documents/edit";
const edit = (body: unknown) => sendAndWait(gateway.send, "POST", EDIT, body);
const code = async (body: unknown, path = EDIT) => (await gateway.send("POST", path, body)).body.code;
const all = async () => (await gateway.send("GET", "/indexes/films/documents?limit=100")).body.results;

describe("editing documents by a function", { timeout: TEST_TIMEOUT_MS }, () => {
  it("has to be switched on, once the request is right", async () => {
    expect(await code({ function: "doc.year += 1" })).toBe("feature_not_enabled");
    expect(await code({})).toBe("missing_document_edition_function");
    expect(await code({ function: 1 })).toBe("invalid_document_edition_function_filter");
    expect(await code({ function: "", context: "x" })).toBe("invalid_document_edition_context");
    expect(await code({ function: "doc.year = 1", filter: "year =" })).toBe("invalid_document_filter");
    await gateway.send("PATCH", "/experimental-features", { editDocumentsByFunction: true });
    expect(await code({ function: "doc._miroir_shard = 1" })).toBe("miroir_reserved_field");
    expect(await code({ function: "doc.year = 1", filter: "_miroir_shard = 1" })).toBe("miroir_reserved_field");
    expect(await code({ function: "if doc.year == 1 { return; }" })).toBe("miroir_not_implemented");
  });

  it("fails in its task when the index is not there", async () => {
    const task = await sendAndWait(gateway.send, "POST", "/indexes/nothing/documents/edit", { function: "doc.n = 1" });
    expect(task).toMatchObject({ status: "failed", error: { code: "index_not_found" } });
    expect(task.details).toEqual({
      ...{ editedDocuments: 0, deletedDocuments: null },
      ...{ originalFilter: null, context: null, function: "doc.n = 1" },
    });
  });

  it("keeps what the function was, and hides what nodes were given", () => {
    expect(nodeFunction("doc.n = 1").split("\n")[0]).toContain("; doc.n = 1");
    expect(() => nodeFunction("doc.n = 1 /* and")).toThrow("open comments");
    expect(() => nodeFunction("doc.n = 1 /* and */")).not.toThrow();
  });

  it("changes each document once on every replica", async () => {
    await sendAndWait(gateway.send, "POST", "/indexes/films/documents", films);
    await sendAndWait(gateway.send, "PUT", "/indexes/films/settings/filterable-attributes", ["id", "year"]);
    const later = await edit({ function: "doc.year += context.by", context: { by: 1000 }, filter: "year > 2009" });
    expect(later.details).toMatchObject({
      ...{ editedDocuments: 10, originalFilter: '"year > 2009"', context: { by: 1000 } },
      function: "doc.year += context.by",
    });
    expect(await all()).toEqual(films.map(({ id, year }) => ({ id, year: year > 2009 ? year + 1000 : year })));

    const typed = '{"function": "doc.kind = type_of(context.by)", "filter": "id = 1", "context": {"by": 1.0}}';
    await sendAndWait(gateway.send, "POST", EDIT, typed, { "content-type": "application/json" });
    expect((await gateway.send("GET", "/indexes/films/documents/1")).body.kind).toBe("f64");

    const other = await edit({ function: "doc = #{ id: doc.id, label: `film ` + doc.id } // anew" });
    expect(other.details.editedDocuments).toBe(30);
    expect(await all()).toEqual(films.map(({ id }) => ({ id, label: `film ${id}` })));
    await edit({ function: "if doc.id % 2 == 0 { doc = () }" });
    expect(await all()).toEqual(films.filter(({ id }) => id % 2 === 1).map(({ id }) => ({ id, label: `film ${id}` })));
    expect((await gateway.send("POST", EDIT, { function: "doc.n = " })).body.code).toBe("bad_request");
    const refused = await edit({ function: "doc.id = 77" });
    expect(refused).toMatchObject({ status: "failed", error: { code: "edit_documents_by_function_error" } });
  });
});
