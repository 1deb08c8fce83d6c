import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendFields, arrayItems, field, fieldText, objectFields, valueEnd, withoutFields } from "../src/index.ts";

const space = fc.constantFrom("", " ", "\n", "\t ", "\r\n");
// No key begins with a backslash: having met the key `\\`, V8's JSON.parse takes an escaped key of one letter for it
// (`"\\u0061"` becomes `\\`, seen on Node 24.21), and JSON.parse is what these tests compare with.
const key = fc
  .oneof(fc.string({ unit: "binary" }), fc.constantFrom("a", "b", "10", "2", "", '"', "a\\", "__proto__", "é\u2028"))
  .filter((text) => !text.startsWith("\\"));
const jsonString = fc.oneof(
  key.map((text) => JSON.stringify(text)),
  key.map(
    (text) =>
      `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`,
  ),
);
const scalar = fc.oneof(
  jsonString,
  fc.constantFrom("1.0", "-0", "1e5", "18446744073709551615", "true", "false", "null"),
);

/** JSON texts with white space, escapes and duplicate keys, which JSON.stringify alone would never write. */
const { value, object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, tie("object"), tie("array")),
  object: fc
    .tuple(space, fc.array(fc.tuple(space, jsonString, space, space, tie("value"), space), { maxLength: 5 }))
    .map(([blank, fields]) => `{${blank}${fields.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(",")}}`),
  array: fc
    .tuple(space, fc.array(fc.tuple(space, tie("value"), space), { maxLength: 5 }))
    .map(([blank, items]) => `[${blank}${items.map((item) => item.join("")).join(",")}]`),
}));

const parse = (text: string): unknown => JSON.parse(text);

describe("objectFields", () => {
  it("finds the keys and values that JSON.parse finds", () => {
    fc.assert(
      fc.property(object, space, (text, blank) => {
        const entries = Array.from(objectFields(blank + text), (found) => [
          found.key,
          parse((blank + text).slice(found.valueStart, found.valueEnd)),
        ]);
        expect(Object.fromEntries(entries)).toEqual(parse(text));
      }),
    );
  });

  it("gives every duplicate, in order, while field takes the last", () => {
    const text = '{"a":1, "\\u0061": 2,"b":3}';
    expect(Array.from(objectFields(text), ({ key: name }) => name)).toEqual(["a", "a", "b"]);
    expect(fieldText(text, "a")).toBe("2");
    expect(field(text, "c")).toBeUndefined();
  });

  it.each([
    "",
    "[]",
    "{",
    '{"a"}',
    '{"a":}',
    '{"a":1',
    '{"a":1,}',
    '{"a":1 "b":2}',
    "{a:1}",
    '{"a":"x}',
    '{"a":[1}',
    "{,}",
  ])("refuses %s", (text) => {
    expect(() => Array.from(objectFields(text))).toThrow(SyntaxError);
  });
});

describe("arrayItems", () => {
  it("cuts the array into the items that JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.array(value), (items) => {
        const text = ` [ ${items.join(" ,\n")} ]`;
        expect(Array.from(arrayItems(text), ({ start, end }) => text.slice(start, end))).toEqual(items);
      }),
    );
  });

  it.each(["", "{}", "[", "[1", "[1,]", "[,1]", "[1 2]", "[1}"])("refuses %s", (text) => {
    expect(() => Array.from(arrayItems(text))).toThrow(SyntaxError);
  });
});

describe("valueEnd", () => {
  it("ends where the value ends, whatever follows", () => {
    fc.assert(
      fc.property(space, value, fc.constantFrom("", ",", " ", "]", "}", ' "x"'), (blank, text, rest) => {
        expect(valueEnd(blank + text + rest)).toBe(blank.length + text.length);
      }),
    );
  });
});

describe("withoutFields", () => {
  it("removes exactly those fields and keeps the text of the others", () => {
    fc.assert(
      fc.property(object, fc.array(key), (text, names) => {
        const removed = new Set(names);
        const result = withoutFields(text, removed);
        const expected = Object.entries(parse(text) as object).filter(([name]) => !removed.has(name));
        expect(parse(result)).toEqual(Object.fromEntries(expected));
        const texts = (json: string) =>
          Array.from(objectFields(json), (f) => [f.key, json.slice(f.valueStart, f.valueEnd)]);
        expect(texts(result)).toEqual(texts(text).filter(([name]) => !removed.has(name as string)));
      }),
    );
  });

  it("gives the same text back if nothing is to be removed", () => {
    const text = '{ "a" : 1.0 }';
    expect(withoutFields(text, new Set(["b"]))).toBe(text);
  });

  it.each([
    ['{"x":1}', "{}"],
    ['{"x":1,"a":2}', '{"a":2}'],
    ['{"a":2,"x":{"x":1}}', '{"a":2}'],
    ['{"a":{"x":1},"x":[],"b":1.0,"x":2}', '{"a":{"x":1},"b":1.0}'],
  ])("%s without x is %s", (text, expected) => {
    expect(withoutFields(text, new Set(["x"]))).toBe(expected);
  });
});

describe("appendFields", () => {
  it("adds to any object, and withoutFields takes it away again", () => {
    fc.assert(
      fc.property(object, (text) => {
        const appended = appendFields(text, '"_new":18446744073709551615');
        expect(fieldText(appended, "_new")).toBe("18446744073709551615");
        expect(parse(withoutFields(appended, new Set(["_new"])))).toEqual(parse(text));
      }),
    );
  });

  it("adds nothing for no fields, and refuses what is no object", () => {
    expect(appendFields('{"a":1}', "")).toBe('{"a":1}');
    expect(() => appendFields("[]", '"a":1')).toThrow(SyntaxError);
  });
});
