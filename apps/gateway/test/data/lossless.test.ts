import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ replicationFactor: 2 });
});
afterAll(() => gateway.close());

const DOCUMENT =
  '{"id":18446744073709551615,"big":9007199254740993,"float":1.0,"small":-9223372036854775808,' +
  '"text":"\\"quoted\\" ⚙ \\n","inner":{"10":1,"9":2,"list":[1.0,[],{}]}}';

it("numbers, escapes and the order of keys come back as they were written", async () => {
  const body = `[\n  ${DOCUMENT}\n]`;
  await sendAndWait(gateway.send, "POST", "/indexes/l/documents", body, { "content-type": "application/json" });
  const list = await gateway.send("GET", "/indexes/l/documents");
  expect(list.text).toBe(`{"results":[${DOCUMENT}],"offset":0,"limit":20,"total":1}`);
  const one = await gateway.send("GET", "/indexes/l/documents/18446744073709551615");
  expect(one.text).toBe(DOCUMENT);
  const found = await gateway.send("POST", "/indexes/l/search", {});
  expect(found.text).toContain(`{"hits":[${DOCUMENT}],"query":"",`);
  const ids = await gateway.send("POST", "/indexes/l/documents/fetch", '{"ids":[18446744073709551615]}', {
    "content-type": "application/json",
  });
  expect(ids.body.total).toBe(1);
});

it("CSV columns become what their headers say", async () => {
  const csv = 'id:number;name;price:number;ok:boolean\n1;"a;b";2.50;true\n2;;3;\n';
  await sendAndWait(gateway.send, "POST", "/indexes/csv/documents?csvDelimiter=;", csv, { "content-type": "text/csv" });
  const { body } = await gateway.send("GET", "/indexes/csv/documents");
  expect(body.results).toEqual([
    { id: 1, name: "a;b", price: 2.5, ok: true },
    { id: 2, name: null, price: 3, ok: null },
  ]);
});

it("skipCreation updates what is there and adds nothing; a partial update keeps other fields", async () => {
  await sendAndWait(gateway.send, "POST", "/indexes/s/documents", [{ id: 1, a: 1, b: 1 }]);
  await sendAndWait(gateway.send, "PUT", "/indexes/s/documents?skipCreation=true", [
    { id: 1, a: 2 },
    { id: 2, a: 2 },
  ]);
  expect((await gateway.send("GET", "/indexes/s/documents")).body.results).toEqual([{ id: 1, a: 2, b: 1 }]);
  await sendAndWait(gateway.send, "POST", "/indexes/s/documents", [{ id: 1, c: 3 }]);
  expect((await gateway.send("GET", "/indexes/s/documents")).body.results).toEqual([{ id: 1, c: 3 }]);
});

it("custom metadata is told with the answer and with the task", async () => {
  const answer = await gateway.send("POST", "/indexes/m/documents?customMetadata=mine", [{ id: 1 }]);
  expect(answer.body.customMetadata).toBe("mine");
  expect((await gateway.send("GET", `/tasks/${answer.body.taskUid}`)).body.customMetadata).toBe("mine");
});
