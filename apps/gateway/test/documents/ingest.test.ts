import { readdirSync, readlinkSync } from "node:fs";
import { type ClientRequest, request } from "node:http";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait, waitForTask } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const NDJSON = { "content-type": "application/x-ndjson" };
const DOCUMENTS = "/indexes/films/documents";

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startTestGateway({ replicationFactor: 1 });
});
afterEach(async () => {
  expect(spoolFiles()).toBe(0);
  await gateway.close();
});

/** How many spools this process holds open; they have no name, but Linux tells what it was. */
function spoolFiles(): number {
  if (process.platform !== "linux") return 0;
  const targets = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target.includes("miroir-spool")).length;
}

/** More than stays in memory. */
const many = (count = 3_000): string[] =>
  Array.from({ length: count }, (_, id) => JSON.stringify({ id, key: `k${id}`, text: "é ".repeat(250) }));

/** A body that is sent bit by bit. */
function slowPost(): { sent: ClientRequest; status: Promise<number | undefined> } {
  const sent = request(gateway.address + DOCUMENTS, {
    method: "POST",
    headers: { ...NDJSON, authorization: "Bearer masterKeymasterKey" },
  });
  const status = new Promise<number | undefined>((resolve) => {
    sent.on("response", (response) => resolve(response.resume().statusCode));
    sent.on("error", () => resolve(undefined));
  });
  return { sent, status };
}

async function countOnNodes(): Promise<number> {
  const counts = gateway.nodes.map(async (_, position) => {
    const { body } = await gateway.sendToNode(position, "GET", DOCUMENTS);
    return (body.total as number | undefined) ?? 0;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

it("stores more documents than stay in memory, each where it belongs and in order", async () => {
  const documents = many();
  const task = await sendAndWait(gateway.send, "POST", DOCUMENTS, documents.join("\n"), NDJSON);
  expect(task).toMatchObject({ status: "succeeded", details: { receivedDocuments: 3_000, indexedDocuments: 3_000 } });
  expect(await countOnNodes()).toBe(3_000);
  const { text } = await gateway.send("GET", `${DOCUMENTS}?offset=1500&limit=3`);
  expect(text).toBe(`{"results":[${documents.slice(1_500, 1_503).join(",")}],"offset":1500,"limit":3,"total":3000}`);
  expect((await gateway.send("GET", `${DOCUMENTS}/2999`)).text).toBe(documents[2_999]);
});

it("keeps nothing of a body whose last document is malformed, or has no good id", async () => {
  const malformed = await gateway.send("POST", DOCUMENTS, `${many().join("\n")}\n{"id":`, NDJSON);
  expect(malformed).toMatchObject({ status: 400, body: { code: "malformed_payload" } });
  expect((await gateway.send("GET", "/tasks")).body.total).toBe(0);

  const reserved = await gateway.send("POST", DOCUMENTS, `${many().join("\n")}\n{"id":1,"_miroir_x":1}`, NDJSON);
  expect(reserved).toMatchObject({ status: 400, body: { code: "miroir_reserved_field" } });

  const bad = await sendAndWait(gateway.send, "POST", DOCUMENTS, `${many().join("\n")}\n{"id":"a b"}`, NDJSON);
  expect(bad).toMatchObject({
    status: "failed",
    error: { code: "invalid_document_id" },
    details: { receivedDocuments: 3_001, indexedDocuments: 0 },
  });
  expect(await countOnNodes()).toBe(0);
});

it("keeps nothing of a body whose client goes away", async () => {
  const { sent } = slowPost();
  sent.write(many().join("\n"));
  await vi.waitUntil(() => process.platform !== "linux" || spoolFiles() > 0, TEST_TIMEOUT_MS);
  sent.destroy();
  await vi.waitUntil(() => spoolFiles() === 0, TEST_TIMEOUT_MS);
  expect((await gateway.send("GET", "/tasks")).body.total).toBe(0);
  expect((await gateway.send("GET", "/indexes")).body.total).toBe(0);
});

it("does other writes to the index while a client takes its time with a body, which then is the later one", async () => {
  const slow = slowPost();
  slow.sent.write('{"id":1,"from":"slow"}\n');
  const quick = await sendAndWait(gateway.send, "POST", DOCUMENTS, [{ id: 1, from: "quick" }]);
  expect(quick.status).toBe("succeeded");
  slow.sent.end('{"id":2,"from":"slow"}');
  expect(await slow.status).toBe(202);
  const { body } = await gateway.send("GET", "/tasks?limit=1");
  await waitForTask(gateway.send, body.results[0].uid);
  expect((await gateway.send("GET", DOCUMENTS)).body.results).toEqual([
    { id: 1, from: "slow" },
    { id: 2, from: "slow" },
  ]);
});

it("looks at documents again when the index got its primary key while they came", async () => {
  const slow = slowPost();
  // With `id`, which they would be stored by on their own, this one could not be.
  slow.sent.write('{"id":"not an id","key":"a"}\n');
  await sendAndWait(gateway.send, "POST", "/indexes", { uid: "films", primaryKey: "key" });
  slow.sent.end(`${many().join("\n")}\n`);
  expect(await slow.status).toBe(202);
  const { body } = await gateway.send("GET", "/tasks?limit=1");
  const task = await waitForTask(gateway.send, body.results[0].uid);
  expect(task).toMatchObject({ status: "succeeded", details: { indexedDocuments: 3_001 } });
  expect((await gateway.send("GET", `${DOCUMENTS}/a`)).body).toEqual({ id: "not an id", key: "a" });
  expect((await gateway.send("GET", `${DOCUMENTS}/k2999`)).status).toBe(200);
});
