import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Running, startRunning } from "../support/running.ts";

let gateway: Running;
beforeAll(async () => {
  gateway = await startRunning();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  const { body } = await gateway.send("GET", "/webhooks");
  for (const { uuid } of body.results) await gateway.send("DELETE", `/webhooks/${uuid}`);
});

const create = (body: unknown) => gateway.send("POST", "/webhooks", body);
const NIL = "00000000-0000-0000-0000-000000000000";
const NONE = "aaaaaaaa-0000-4000-8000-000000000000";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

// What is expected here is what a Meilisearch 1.50.0 node answered to the same requests.
describe("/webhooks", () => {
  it("is empty at first", async () => {
    expect((await gateway.send("GET", "/webhooks")).body).toEqual({ results: [] });
  });

  it("creates, shows, lists by uuid, changes and deletes", async () => {
    const made = await create({ url: "http://a.b/c2", headers: { Authorization: "Bearer abcdef", "X-A": "value" } });
    expect(made.status).toBe(201);
    const { uuid } = made.body;
    expect(uuid).toMatch(UUID);
    const headers = { Authorization: "Bearer XXX...", "X-A": "value" };
    expect(made.body).toEqual({ uuid, isEditable: true, url: "http://a.b/c2", headers });
    expect((await gateway.send("GET", `/webhooks/${uuid}`)).body).toEqual(made.body);
    await create({ url: "http://a.b", headers: null });
    const { results } = (await gateway.send("GET", "/webhooks")).body;
    const uuids = results.map((webhook: { uuid: string }) => webhook.uuid);
    expect(uuids).toHaveLength(2);
    expect(uuids).toEqual([...uuids].sort());

    const patch = async (body: unknown) => (await gateway.send("PATCH", `/webhooks/${uuid}`, body)).body;
    const changed = { Authorization: "Bearer XXX...", "X-B": "b" };
    expect(await patch({ headers: { "X-A": null, "X-B": "b" } })).toEqual({ ...made.body, headers: changed });
    expect(await patch({})).toEqual({ ...made.body, headers: changed });
    expect(await patch({ url: "mailto:x" })).toMatchObject({ url: "mailto:x", headers: changed });
    expect(await patch({ headers: null })).toMatchObject({ url: "mailto:x", headers: {} });

    const gone = await gateway.send("DELETE", `/webhooks/${uuid}`);
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expect((await gateway.send("GET", `/webhooks/${uuid}`)).body.code).toBe("webhook_not_found");
  });

  it.each([
    ["Basic zzz", "XXX..."],
    ["12345678901234567890", "123XXXXX..."],
    ["Bearer 12345678901234567890", "Bearer 123XXXXX..."],
    ["Bearer 123456789012345", "Bearer 12XXXX..."],
    ["bearer 12345678901234567890", "beaXXXXX..."],
    ["é", "XXX..."],
    ["123456789012345678901234567890", "12345XXXXXX..."],
  ])("shows Authorization %j as %j, whatever its case", async (value, shown) => {
    for (const name of ["Authorization", "authorization"]) {
      const { body } = await create({ url: "http://a.b", headers: { [name]: value } });
      expect(body.headers).toEqual({ [name]: shown });
    }
  });

  it.each([
    [{}, "invalid_webhook_url"],
    [{ url: "" }, "invalid_webhook_url"],
    [{ url: null }, "invalid_webhook_url"],
    [{ url: 5 }, "invalid_webhook_url"],
    [{ url: "nope" }, "invalid_webhook_url"],
    [{ url: "http://" }, "invalid_webhook_url"],
    [{ url: "http://a.b:99999" }, "invalid_webhook_url"],
    [{ url: "http://a.b", headers: [] }, "invalid_webhook_headers"],
    [{ url: "http://a.b", headers: { x: 5 } }, "invalid_webhook_headers"],
    [{ url: "http://a.b", headers: { "bad header": "x" } }, "invalid_webhook_headers"],
    [{ url: "http://a.b", headers: { "": "x" } }, "invalid_webhook_headers"],
    [{ url: "http://a.b", headers: { x: "a\nb" } }, "invalid_webhook_headers"],
    [{ url: "http://a.b", uuid: NONE }, "immutable_webhook_uuid"],
    [{ url: "http://a.b", isEditable: true }, "immutable_webhook_is_editable"],
    [{ url: "http://a.b", foo: true }, "bad_request"],
    [[], "bad_request"],
  ])("refuses to create %j: %s", async (body, code) => {
    const answer = await create(body);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect((await gateway.send("GET", "/webhooks")).body.results).toEqual([]);
  });

  it.each([
    ["ftp://x.y/z", {}],
    ["http://é.com/a b?x=1#y", {}],
    ["HTTP://A.b", { x: "a\tb é", y: " lead " }],
  ])("takes %j with %j as it is", async (url, headers) => {
    expect((await create({ url, headers })).body).toMatchObject({ url, headers });
  });

  it("takes a header without a value for an empty one", async () => {
    expect((await create({ url: "http://a.b", headers: { x: null } })).body.headers).toEqual({ x: "" });
  });

  it.each([
    ["GET", "abc", 400, "invalid_webhook_uuid"],
    ["DELETE", "abc", 400, "invalid_webhook_uuid"],
    ["GET", NIL, 404, "webhook_not_found"],
    ["GET", NONE, 404, "webhook_not_found"],
    ["DELETE", NONE, 404, "webhook_not_found"],
    ["PATCH", NONE, 404, "webhook_not_found"],
    ["DELETE", NIL, 400, "immutable_webhook"],
    ["PATCH", NIL, 400, "immutable_webhook"],
  ])("%s /webhooks/%s is %i %s", async (method, uuid, status, code) => {
    const answer = await gateway.send(
      method,
      `/webhooks/${uuid}`,
      method === "PATCH" ? { url: "http://x" } : undefined,
    );
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("keeps 200 headers and 20 webhooks, and no more", async () => {
    const headers = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, "v"]));
    const full = await create({ url: "http://z", headers: headers(200) });
    expect(Object.keys(full.body.headers)).toHaveLength(200);
    const more = { headers: { another: "v" } };
    expect((await gateway.send("PATCH", `/webhooks/${full.body.uuid}`, more)).body.code).toBe(
      "invalid_webhook_headers",
    );
    expect((await create({ url: "http://z", headers: headers(201) })).body.code).toBe("invalid_webhook_headers");
    const answers = await Promise.all(Array.from({ length: 30 }, () => create({ url: "http://z" })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(["invalid_webhooks"]),
    );
  });

  it("loses no change of several at once", async () => {
    const { uuid } = (await create({ url: "http://z" })).body;
    const patches = ["a", "b", "c"].map((name) =>
      gateway.send("PATCH", `/webhooks/${uuid}`, { headers: { [name]: "v" } }),
    );
    expect((await Promise.all(patches)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await gateway.send("GET", `/webhooks/${uuid}`)).body.headers).toEqual({ a: "v", b: "v", c: "v" });
  });
});
