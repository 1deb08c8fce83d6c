import { describe, expect, it } from "vitest";
import { type Filter, filterFields, MeilisearchError, parseFilter, printFilter } from "../../src/index.ts";

const is = (field: string, value: string): Filter => ({ kind: "compare", field, op: "=", value });
const [a, b, c] = [is("a", "1"), is("b", "2"), is("c", "3")];

describe("parseFilter", () => {
  it.each<[string, unknown, Filter | null]>([
    [
      "NOT before AND before OR",
      "NOT a = 1 AND b = 2 OR c = 3",
      { kind: "or", filters: [{ kind: "and", filters: [{ kind: "not", filter: a }, b] }, c] },
    ],
    ["parentheses", "a = 1 AND (b = 2 OR c = 3)", { kind: "and", filters: [a, { kind: "or", filters: [b, c] }] }],
    ["a double NOT", "NOT NOT a = 1", a],
    ["NOT of a negated operator", "NOT a NOT EXISTS", { kind: "exists", field: "a" }],
    ["no spaces", "a=1 AND(b=2)", { kind: "and", filters: [a, b] }],
    ["arrays", ["a = 1", ["b = 2", "c = 3"]], { kind: "and", filters: [a, { kind: "or", filters: [b, c] }] }],
    ["arrays with blanks", [[""], [" ", "a = 1"], []], a],
    ["nothing", [[]], null],
    ["undefined", undefined, null],
    ["an escaped quote", "author = 'O\\'Leary'", is("author", "O'Leary")],
    ["escapes", '"\\\\\\n\\u{1F600}\\x41" = 1', is("\\\n😀A", "1")],
    ["a quoted keyword", "a = 'TO'", is("a", "TO")],
    ["letters of any script", "größe = 漢字", is("größe", "漢字")],
    ["a trailing comma", "a IN [1, 'x y',]", { kind: "in", field: "a", values: ["1", "x y"] }],
    ["a range", "a -1.5e3 TO 5", { kind: "range", field: "a", from: "-1.5e3", to: "5" }],
    [
      "a quoted embedder",
      "_vectors.'my.own'.fragments.\"a b\" NOT EXISTS",
      { kind: "not", filter: { kind: "vectorExists", embedder: "my.own", origin: { fragment: "a b" } } },
    ],
  ])("understands %s", (_name, input, expected) => {
    expect(parseFilter(input)).toEqual(expected);
  });

  it.each([
    "a = '\\q'",
    "a = 'x\\",
    "_vectors. EXISTS",
    "_vectors.e.magic EXISTS",
    "_vectors.e = 1",
    "_vectors'x' EXISTS",
    "a STARTS 'x'",
    "a IN [1 2]",
    "_geoRadius(1, 2, 3, 4, 5)",
    "_geoPolygon([1, 2], [3, 4])",
    "a = 🦀",
    `${"(".repeat(60)}a = 1${")".repeat(60)}`,
    `${"NOT ".repeat(250)}a = 1`,
  ])("refuses %s", (input) => {
    expect(() => parseFilter(input)).toThrow(expect.objectContaining({ code: "invalid_search_filter" }));
  });

  it("has the code it is told, and says where", () => {
    const attempt = () => parseFilter("year = 1 XOR", "invalid_document_filter");
    expect(attempt).toThrow(MeilisearchError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "invalid_document_filter",
        message: expect.stringContaining("10:13 year = 1 XOR"),
      }),
    );
  });
});

describe("printFilter", () => {
  it("quotes everything and shows the structure", () => {
    const filter = parseFilter(["NOT (a = 1 OR b NOT IN [x])", "_geoRadius(1, 2, 3)", "c STARTS WITH 'it\"s'"]);
    expect(filter && printFilter(filter)).toBe(
      'NOT ("a" = "1" OR NOT "b" IN ["x"]) AND _geoRadius(1, 2, 3) AND "c" STARTS WITH "it\\"s"',
    );
  });
});

describe("filterFields", () => {
  it("finds names wherever they stand", () => {
    const filter = parseFilter([
      ["NOT (a = 1 OR b IN [x])", "c EXISTS"],
      "d 1 TO 2",
      "_vectors EXISTS",
      "_geoBoundingBox([2, 1], [1, 2])",
      "'_miroir_shard' = 1",
    ]);
    expect(filter && [...filterFields(filter)]).toEqual(["a", "b", "c", "d", "_vectors", "_geo", "_miroir_shard"]);
  });
});
