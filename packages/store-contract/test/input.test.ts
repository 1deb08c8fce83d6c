import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { HOSTILE_KEYS, REFUSED_KEYS } from "../conformance/hostile.ts";
import { keyedBy, keyText, sha256 } from "../src/input.ts";
import { json, jsonObjectInput, jsonOf, MAX_JSON_DEPTH } from "../src/json-input.ts";

describe("keyText", () => {
  it("takes any Unicode without NUL, up to 1024 bytes", () => {
    for (const key of HOSTILE_KEYS) expect(keyText.parse(key)).toBe(key);
    for (const key of REFUSED_KEYS) expect(keyText.safeParse(key).success).toBe(false);
  });

  it("takes exactly what UTF-8 gives back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 50 }), (text) => {
        const survives = Buffer.from(text).toString() === text && !text.includes("\0");
        expect(keyText.safeParse(text).success).toBe(survives);
      }),
    );
  });
});

describe("json", () => {
  it("takes every JSON value, and gives what its text gives", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme" }), (value) => {
        fc.pre(!JSON.stringify(value).includes("\\u0000"));
        expect(JSON.stringify(json.parse(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("turns -0 into what its text says", () => {
    expect(Object.is(json.parse(-0), 0)).toBe(true);
  });

  it("keeps __proto__ as a key like any other, and pollutes nothing", () => {
    const value = JSON.parse('{"__proto__":{"polluted":true}}');
    const copy = jsonObjectInput.parse(value);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });

  it("copies", () => {
    const value = { list: [{ a: 1 }] };
    const copy = jsonObjectInput.parse(value);
    value.list.push({ a: 2 });
    expect(copy).toEqual({ list: [{ a: 1 }] });
  });

  it("bounds the depth", () => {
    const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
    expect(json.safeParse(nested(MAX_JSON_DEPTH + 1)).success).toBe(true);
    expect(json.safeParse(nested(MAX_JSON_DEPTH + 2)).success).toBe(false);
  });

  it("tells text that looks like an escape from one that is", () => {
    for (const text of ["\\ud83d", "\\u0000", "\\\\ud800"]) expect(json.parse(text)).toBe(text);
    for (const text of ["\ud83d", "\0", "a\udc00"]) {
      expect(json.safeParse(text).success).toBe(false);
      expect(json.safeParse({ [text]: 1 }).success).toBe(false);
    }
  });
});

describe("jsonOf", () => {
  const shape = jsonOf(z.array(z.record(z.string(), z.number())));

  it("judges by the shape, and keeps what the shape would lose", () => {
    expect(JSON.stringify(shape.parse(JSON.parse('[{"__proto__":1}]')))).toBe('[{"__proto__":1}]');
    const refused = shape.safeParse([{ a: "x" }]);
    expect(refused.error?.issues[0]?.path).toEqual([0, "a"]);
  });
});

describe("keyedBy", () => {
  const shape = keyedBy(z.int());

  it("checks keys and values, __proto__ among them", () => {
    expect(Object.entries(shape.parse(JSON.parse('{"__proto__":1,"b":2}')))).toEqual([
      ["__proto__", 1],
      ["b", 2],
    ]);
    for (const value of [null, [], "a", { "": 1 }, { a: 0.5 }, JSON.parse('{"__proto__":"x"}')]) {
      expect(shape.safeParse(value).success).toBe(false);
    }
  });
});

describe("sha256", () => {
  it("copies 32 bytes into a buffer, and takes no others", () => {
    const bytes = new Uint8Array(32).fill(7);
    const copy = sha256.parse(bytes);
    bytes.fill(0);
    expect(Buffer.isBuffer(copy)).toBe(true);
    expect([...new Set(copy)]).toEqual([7]);
    expect(sha256.safeParse(new Uint8Array(31)).success).toBe(false);
    expect(sha256.safeParse("7".repeat(32)).success).toBe(false);
  });
});
