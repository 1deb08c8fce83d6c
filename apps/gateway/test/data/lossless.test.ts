import { arrayItems, fieldText, objectFields } from "@miroir/meilisearch";
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

/** Small numbers that look random, the same in every run. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Values whose text JSON.parse and JSON.stringify would change, or move, and some they would not. */
function someValue(random: (below: number) => number, depth = 0): string {
  const kinds: (() => string)[] = [
    () => String(18_446_744_073_709_551_615n - BigInt(random(2 ** 30))),
    () => String(-9_223_372_036_854_775_808n + BigInt(random(2 ** 30))),
    () => String(9_007_199_254_740_993n + 2n * BigInt(random(2 ** 30))),
    () => `${random(1_000)}.0`,
    () => `-${random(1_000)}.${["125", "25", "5"][random(3)]}`,
    () => JSON.stringify(["é⚙😀", 'a "b" \\ c', "]},{[", "line\nbreak\t", "⦃⦄", ""][random(6)]),
    () => ["true", "false", "null", "[]", "{}"][random(5)] ?? "",
    () => `[${Array.from({ length: random(4) }, () => someValue(random, depth + 1)).join(",")}]`,
    () => {
      // Keys that look like integers come first in any JavaScript object, in their own order.
      const keys = ["10", "9", "2", "z", "a", "01", "é", "_"].slice(random(4), 4 + random(5));
      if (random(2) === 0) keys.reverse();
      return `{${keys.map((key) => `${JSON.stringify(key)}:${someValue(random, depth + 1)}`).join(",")}}`;
    },
  ];
  return kinds[random(depth < 3 ? kinds.length : 7)]?.() ?? "";
}

const fieldsOf = (document: string) =>
  [...objectFields(document)].map(({ key, valueStart, valueEnd }) => [key, document.slice(valueStart, valueEnd)]);

it("10,000 documents come back field by field as they were written", async () => {
  const random = randomly(50);
  const documents = Array.from({ length: 10_000 }, (_, id) => {
    const fields = Array.from({ length: 6 }, (_, field) => `"f${5 - field}":${someValue(random)}`);
    return `{"id":${18_446_744_073_709_551_615n - BigInt(id)},${fields.join(",")}}`;
  });
  // In parts: nodes that share the gateway's thread would else keep it from renewing its turn.
  for (let from = 0; from < documents.length; from += 2_000)
    await sendAndWait(gateway.send, "POST", "/indexes/many/documents", documents.slice(from, from + 2_000).join("\n"), {
      "content-type": "application/x-ndjson",
    });
  const found: string[] = [];
  while (found.length < documents.length) {
    const { text } = await gateway.send("GET", `/indexes/many/documents?limit=1000&offset=${found.length}`);
    const results = fieldText(text, "results") ?? "";
    const page = [...arrayItems(results)].map(({ start, end }) => results.slice(start, end));
    expect(page).toHaveLength(1_000);
    found.push(...page);
  }
  const byId = new Map(found.map((document) => [fieldText(document, "id"), document]));
  expect(byId.size).toBe(10_000);
  for (const document of documents)
    expect(fieldsOf(byId.get(fieldText(document, "id")) ?? "{}")).toEqual(fieldsOf(document));
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
