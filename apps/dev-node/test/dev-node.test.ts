import { describe, expect, it } from "vitest";
import { finished } from "./http.ts";
import { start } from "./started-node.ts";

describe("a node", () => {
  it("has an address only while it listens", async () => {
    const { node } = await start();
    expect(node.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await node.close();
    expect(node.address).toBeNull();
  });

  it("is open without a master key and closed with one", async () => {
    const free = await start();
    expect((await free.call("GET", "/indexes")).status).toBe(200);
    const closed = await start({ masterKey: "secret" });
    expect((await closed.call("GET", "/indexes")).status).toBe(401);
    const headers = { Authorization: "Bearer secret" };
    expect((await closed.call("GET", "/indexes", undefined, headers)).status).toBe(200);
  });

  it("says 501 to what it leaves out and 404 with nothing to what nobody knows", async () => {
    const { call } = await start();
    const webhooks = await call("GET", "/webhooks");
    expect(webhooks).toMatchObject({ status: 501, body: { code: "miroir_not_implemented" } });
    expect(await call("GET", "/nowhere")).toMatchObject({ status: 404, text: "" });
  });

  it("tells the time it is given", async () => {
    const { call } = await start({ now: () => Date.UTC(2030, 0, 2) });
    const task = await finished(call, call("POST", "/indexes", { uid: "a" }));
    expect(task).toMatchObject({ enqueuedAt: "2030-01-02T00:00:00.000Z", duration: "PT0.000000000S" });
  });

  it("keeps numbers that JavaScript cannot hold", async () => {
    const { call } = await start();
    const document = '{"id":18446744073709551615,"n":-9007199254740993,"f":1.0,"list":[9007199254740993]}';
    await finished(call, call("POST", "/indexes/a/documents", `[${document}]`));
    expect((await call("GET", "/indexes/a/documents/18446744073709551615")).text).toBe(document);
    expect((await call("POST", "/indexes/a/search", {})).text).toContain(`"hits":[${document}]`);
    expect((await call("POST", "/indexes/a/documents/fetch", { fields: ["n"] })).text).toContain(
      '"results":[{"n":-9007199254740993}]',
    );
  });

  it("keeps facet values that look like numbers in their order", async () => {
    const { call } = await start();
    await finished(call, call("PATCH", "/indexes/a/settings", { filterableAttributes: ["n"] }));
    await finished(
      call,
      call("POST", "/indexes/a/documents", [
        { id: 1, n: 10 },
        { id: 2, n: 9 },
      ]),
    );
    expect((await call("POST", "/indexes/a/search", { facets: ["n"] })).text).toContain('{"n":{"10":1,"9":1}}');
  });

  it("never finds a text that is made of separators, but filters by it", async () => {
    const { call } = await start();
    const marked = { attributePatterns: ["_mark"], features: { filter: { equality: true, comparison: false } } };
    await finished(call, call("PATCH", "/indexes/a/settings", { filterableAttributes: [marked] }));
    await finished(
      call,
      call("POST", "/indexes/a/documents", [
        { id: 1, _mark: "⦃⦃⦄⦄" },
        { id: 2, _mark: "⦃⦃⦄⦅" },
      ]),
    );
    const search = (body: object) => call("POST", "/indexes/a/search", { attributesToRetrieve: ["id"], ...body });
    expect((await search({ q: "x⦃⦃⦄⦄" })).body).toMatchObject({ hits: [] });
    expect((await search({ filter: '_mark IN ["⦃⦃⦄⦅"]' })).body).toMatchObject({ hits: [{ id: 2 }] });
    expect((await search({ filter: "_mark > 3" })).status).toBe(400);
  });

  it("runs tasks in order and shows them processing", async () => {
    const { call } = await start({ taskDelayMs: 200 });
    const first = call("POST", "/indexes", { uid: "a" });
    await first;
    const second = call("POST", "/indexes/a/documents", [{ id: 1 }]);
    await second;
    const seen = new Set<string>();
    for (;;) {
      const { results } = (await call("GET", "/tasks?reverse=true")).body as { results: { status: string }[] };
      const statuses = results.map(({ status }) => status).join(",");
      seen.add(statuses);
      if (statuses === "succeeded,succeeded") break;
    }
    expect(seen).toContain("processing,enqueued");
    expect([...seen].some((statuses) => statuses.startsWith("enqueued,p"))).toBe(false);
  });
});

describe("documents", () => {
  it("fill the places of deleted ones, and an update keeps its place", async () => {
    const { call } = await start();
    const ids = async (): Promise<number[]> => {
      const { results } = (await call("GET", "/indexes/a/documents")).body as { results: { id: number }[] };
      return results.map(({ id }) => id);
    };
    await finished(call, call("POST", "/indexes/a/documents", [{ id: 1 }, { id: 2 }, { id: 3 }]));
    await finished(call, call("POST", "/indexes/a/documents", [{ id: 1, t: "again" }]));
    expect(await ids()).toEqual([1, 2, 3]);
    await finished(call, call("DELETE", "/indexes/a/documents/2"));
    await finished(call, call("POST", "/indexes/a/documents", [{ id: 9 }, { id: 8 }]));
    expect(await ids()).toEqual([1, 9, 3, 8]);
  });

  it("are searched as they are after each write", async () => {
    const { call } = await start();
    const found = async (q: string): Promise<unknown> =>
      ((await call("POST", "/indexes/a/search", { q })).body as { hits: unknown }).hits;
    await finished(call, call("POST", "/indexes/a/documents", [{ id: 1, t: "green lamp" }]));
    expect(await found("green")).toEqual([{ id: 1, t: "green lamp" }]);
    await finished(call, call("PUT", "/indexes/a/documents", [{ id: 1, t: "blue lamp" }]));
    expect(await found("green")).toEqual([]);
    expect(await found("blue")).toEqual([{ id: 1, t: "blue lamp" }]);
    await finished(call, call("DELETE", "/indexes/a/documents"));
    expect(await found("blue")).toEqual([]);
  });
});
