import { createFaultyStore, type FaultyStore } from "@miroir/store-contract/faults";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

let gateway: TestGateway;
let faulty: FaultyStore;

beforeEach(async () => {
  gateway = await startTestGateway({
    settings: ["idempotency.reservation_ms=1000"],
    wrapStore(store) {
      faulty = createFaultyStore(store);
      return faulty.store;
    },
  });
}, TEST_TIMEOUT_MS);

afterEach(() => gateway.close());

const key = (value: string) => ({ "idempotency-key": value });
const DOCUMENTS = "/indexes/films/documents";
const tasks = async () => (await gateway.send("GET", "/tasks")).body.total as number;
/** Without the error's place on the web. */
const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];

describe("Idempotency-Key", () => {
  it("answers a write that is sent again with the first answer, and does it once", async () => {
    const first = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    const again = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(first.status).toBe(202);
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("content-type")).toBe("application/json");
    expect(await tasks()).toBe(1);
    expect(await faulty.store.idempotencyCache.count()).toBe(1);
  });

  it("does it again for another key, another path and another API key", async () => {
    const body = { actions: ["documents.add"], indexes: ["*"], expiresAt: null };
    const { body: apiKey } = await gateway.send("POST", "/keys", body);
    await sendAndWait(gateway.send, "POST", DOCUMENTS, [{ id: 1 }], key("a"));
    const others = [
      await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("b")),
      await gateway.send("PUT", DOCUMENTS, [{ id: 1 }], key("a")),
      await gateway.send("POST", "/indexes/books/documents", [{ id: 1 }], key("a")),
      await gateway.send("POST", DOCUMENTS, [{ id: 1 }], { ...key("a"), authorization: `Bearer ${apiKey.key}` }),
    ];
    expect(others.map(({ status, headers }) => [status, headers.get("idempotent-replayed")])).toEqual(
      others.map(() => [202, null]),
    );
    expect(await tasks()).toBe(5);
  });

  it("refuses the key for another body, content type or query", async () => {
    await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    const others = [
      await gateway.send("POST", DOCUMENTS, [{ id: 2 }], key("a")),
      await gateway.send("POST", DOCUMENTS, '[{"id":1}]', { ...key("a"), "content-type": "application/x-ndjson" }),
      await gateway.send("POST", `${DOCUMENTS}?primaryKey=id`, [{ id: 1 }], key("a")),
    ];
    for (const answer of others) expect(codeOf(answer)).toEqual([409, "miroir_idempotency_key_reused"]);
    expect(await tasks()).toBe(1);
  });

  it("says that a write is under way, and answers with its answer once there is one", async () => {
    const lift = faulty.add({ methods: ["tasks.create"], delayMs: 100 });
    const first = gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    await expect.poll(() => faulty.calls.includes("tasks.create"), { interval: 2 }).toBe(true);
    const second = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(codeOf(second)).toEqual([409, "miroir_idempotency_in_flight"]);
    expect(second.headers.get("retry-after")).toBe("1");
    lift();
    const { text } = await first;
    expect((await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"))).text).toBe(text);
    expect(await tasks()).toBe(1);
  });

  it("forgets the key of a request that changed nothing", async () => {
    const bad = await gateway.send("PATCH", "/indexes/films/settings", { sortableAttributes: 7 }, key("a"));
    expect(bad.status).toBe(400);
    const good = await gateway.send("PATCH", "/indexes/films/settings", { sortableAttributes: ["n"] }, key("a"));
    expect([good.status, good.headers.get("idempotent-replayed")]).toEqual([202, null]);
    for (const node of gateway.nodes) node.faults?.add({ status: 503 });
    expect((await gateway.send("POST", "/indexes/books/documents", [{ id: 1 }], key("b"))).status).toBe(503);
  });

  it.each([
    ["", "miroir_invalid_header"],
    ["two words", "miroir_invalid_header"],
    ["é", "miroir_invalid_header"],
    ["x".repeat(256), "miroir_invalid_header"],
  ])("refuses the key %j", async (value, code) => {
    expect(codeOf(await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key(value)))).toEqual([400, code]);
    expect(await tasks()).toBe(0);
  });

  it("takes a key of 255 characters, and looks at none on reads", async () => {
    const longest = key("x".repeat(255));
    expect((await gateway.send("POST", DOCUMENTS, [{ id: 1 }], longest)).status).toBe(202);
    expect((await gateway.send("GET", "/tasks", undefined, key(""))).status).toBe(200);
    expect((await gateway.send("POST", "/multi-search", { queries: [] }, key(""))).status).toBe(200);
  });

  it("answers with the task of a write whose acknowledgement was lost", async () => {
    faulty.add({ methods: ["tasks.create"], times: 1, error: { code: "unavailable", when: "after" } });
    const lost = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(codeOf(lost)).toEqual([503, "miroir_store_unavailable"]);
    const again = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(again.status).toBe(202);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.body).toMatchObject({ taskUid: 0, indexUid: "films", status: "enqueued" });
    expect(await tasks()).toBe(1);
  });

  it("answers with the task of a gateway that died before it kept the answer", async () => {
    faulty.add({
      methods: ["idempotencyCache.complete", "idempotencyCache.release"],
      times: 2,
      error: { code: "unavailable" },
    });
    const first = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(first.status).toBe(202);
    await waitForTask(gateway.send, first.body.taskUid);
    expect(codeOf(await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a")))).toEqual([
      409,
      "miroir_idempotency_in_flight",
    ]);
    const replayed = () => gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    await expect.poll(replayed, { timeout: TEST_TIMEOUT_MS }).toMatchObject({ status: 202, text: first.text });
    expect(await tasks()).toBe(1);
  });

  it("does a write again that left no task, where that makes no difference", async () => {
    faulty.add({ methods: ["tasks.create"], times: 1, error: { code: "unavailable" } });
    expect((await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"))).status).toBe(503);
    const again = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([202, null]);
    const { body } = await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"));
    expect(body).toEqual(again.body);
    await waitForTask(gateway.send, body.taskUid);
    expect((await gateway.send("GET", DOCUMENTS)).body.results).toEqual([{ id: 1 }]);
    expect(await tasks()).toBe(1);
  });

  it("never does again what would differ", async () => {
    faulty.add({ methods: ["tasks.create"], times: 1, error: { code: "unavailable" } });
    const create = () => gateway.send("POST", "/indexes", { uid: "films" }, key("a"));
    expect((await create()).status).toBe(503);
    for (let attempt = 0; attempt < 3; attempt++)
      expect(codeOf(await create())).toEqual([409, "miroir_idempotency_outcome_unknown"]);
    expect(await tasks()).toBe(0);
  });

  it("keeps no API key, and answers with it all the same", async () => {
    const body = { actions: ["search"], indexes: ["*"], expiresAt: null };
    const first = await gateway.send("POST", "/keys", body, key("a"));
    const again = await gateway.send("POST", "/keys", body, key("a"));
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect((await gateway.send("GET", "/keys")).body.total).toBe(1);
    const deleted = await gateway.send("DELETE", `/keys/${first.body.uid}`, undefined, key("b"));
    const deletedAgain = await gateway.send("DELETE", `/keys/${first.body.uid}`, undefined, key("b"));
    expect([deleted.status, deletedAgain.status, deletedAgain.text]).toEqual([204, 204, ""]);
    expect(deletedAgain.headers.get("idempotent-replayed")).toBe("true");
  });

  it("writes nothing while the store cannot keep keys", async () => {
    const lift = faulty.add({ methods: ["idempotencyCache.reserve"], error: { code: "unavailable" } });
    expect(codeOf(await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a")))).toEqual([
      503,
      "miroir_store_unavailable",
    ]);
    lift();
    expect(await tasks()).toBe(0);
    expect((await gateway.send("POST", DOCUMENTS, [{ id: 1 }], key("a"))).status).toBe(202);
  });
});
