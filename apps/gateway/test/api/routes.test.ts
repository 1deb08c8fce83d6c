import Fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRouter } from "../../src/routes/table/check-router.ts";
import { OWN_ROUTES } from "../../src/routes/table/own-routes.ts";
import { PUBLIC_ROUTES } from "../../src/routes/table/public-routes.ts";
import { wrongVerbs } from "../../src/routes/table/wrong-verbs.ts";
import { type Running, startRunning } from "../support/running.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await startRunning();
});
afterAll(() => gateway.close());

const ALL = [...PUBLIC_ROUTES, ...OWN_ROUTES];
const refused = PUBLIC_ROUTES.filter(({ verdict }) => verdict === "refused");
const concrete = (path: string) => path.replace(/:\w+/g, "1");

describe("the tables of routes", () => {
  it("name every route once", () => {
    const names = ALL.map(({ method, path }) => `${method} ${path}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it("say of every route what it does", () => {
    expect(ALL.filter(({ note }) => note.trim() === "")).toEqual([]);
    // As sentences: clients read them.
    expect(refused.filter(({ note }) => !/^[A-Z].*\.$/.test(note))).toEqual([]);
  });

  it("stop a router that differs from them", () => {
    const app = Fastify({ exposeHeadRoutes: false });
    const check = checkRouter(app);
    app.get("/nowhere", async () => "");
    app.get("/version", { config: { action: "open" } }, async () => "");
    expect(check).toThrow(/GET \/nowhere is in no table of routes; GET \/version has another action/);
    expect(check).toThrow(/GET \/health is not registered/);
  });
});

describe("a route that is refused", () => {
  it.each(refused)("$method $path says why, once its feature is on", async ({ method, path, note, feature }) => {
    const before = await gateway.send(method, concrete(path));
    if (feature) {
      expect([before.status, before.body.code]).toEqual([400, "feature_not_enabled"]);
      await gateway.send("PATCH", "/experimental-features", { [feature]: true });
    }
    const { status, body } = feature ? await gateway.send(method, concrete(path)) : before;
    if (feature) await gateway.send("PATCH", "/experimental-features", { [feature]: false });
    expect([status, body.code]).toEqual([501, "miroir_not_supported"]);
    expect(body.message).toContain(note);
  });
});

describe("a path that is known for another verb", () => {
  it.each(wrongVerbs(ALL))("$method $path is 405, and no document or task of that name", async ({ method, path }) => {
    const answer = await gateway.send(method, concrete(path));
    expect([answer.status, answer.text]).toEqual([405, ""]);
  });

  it("is every one that a parameter of another path covers", () => {
    expect(wrongVerbs(ALL).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /indexes/:indexUid/documents/fetch",
      "DELETE /indexes/:indexUid/documents/fetch",
      "GET /indexes/:indexUid/documents/delete-batch",
      "DELETE /indexes/:indexUid/documents/delete-batch",
      "GET /indexes/:indexUid/documents/delete",
      "DELETE /indexes/:indexUid/documents/delete",
      "GET /indexes/:indexUid/documents/edit",
      "DELETE /indexes/:indexUid/documents/edit",
      "GET /tasks/cancel",
      "GET /tasks/compact",
    ]);
  });
});

describe("templates", () => {
  it("of an index are refused, once the feature is on", async () => {
    const template = { kind: "documentTemplate", indexUid: "books", embedder: "e" };
    expect((await gateway.send("POST", "/render-template", { template })).body.code).toBe("feature_not_enabled");
    await gateway.send("PATCH", "/experimental-features", { renderRoute: true });
    const { status, body } = await gateway.send("POST", "/render-template", { template });
    expect([status, body.code]).toEqual([501, "miroir_not_supported"]);
    const inline = { template: { kind: "inlineDocumentTemplate", inline: "{{doc}}" } };
    const input = { kind: "indexDocument", indexUid: "books", id: "1" };
    expect((await gateway.send("POST", "/render-template", { ...inline, input })).body.code).toBe(
      "miroir_not_supported",
    );
    expect((await gateway.send("POST", "/render-template", {})).body.code).toBe("bad_request");
    await gateway.send("PATCH", "/experimental-features", { renderRoute: false });
  });
});
