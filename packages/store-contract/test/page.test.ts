import { compareKeys, compareText, decodeCursor, encodeCursor, StoreError, toPage } from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const text = fc.string({ unit: "grapheme-composite" });

describe("cursors", () => {
  it("come back as they were", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.maxSafeInteger())), (position) => {
        const shape = position.map((part) => (typeof part === "string" ? "string" : "number"));
        expect(decodeCursor(encodeCursor(position), shape)).toEqual(position);
      }),
    );
  });

  it("are refused by a list of another shape", () => {
    for (const cursor of ["", "x", "%%%", encodeCursor([1]), encodeCursor(["a", "b"]), encodeCursor([null as never])]) {
      expect(() => decodeCursor(cursor, ["string"])).toThrow(StoreError);
    }
    expect(() => decodeCursor(Buffer.from('{"0":"a","length":1}').toString("base64url"), ["string"])).toThrow(
      StoreError,
    );
  });

  it("can be any text at all without another error", () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        try {
          decodeCursor(cursor, ["string", "number"]);
        } catch (error) {
          expect(error).toMatchObject({ name: "StoreError", code: "invalid_argument" });
        }
      }),
    );
  });
});

describe("the order of text", () => {
  it("is that of its UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Math.sign(Buffer.from(a).compare(Buffer.from(b))));
      }),
    );
    expect(["😀", "\uff5e"].sort(compareText)).toEqual(["\uff5e", "😀"]);
  });

  it("goes part by part in keys, numbers as numbers", () => {
    expect(compareKeys([2, "a"], [10, "a"])).toBeLessThan(0);
    expect(compareKeys([2, "b"], [2, "a"])).toBeGreaterThan(0);
    expect(compareKeys(["a", "z"], ["ab", "a"])).toBeLessThan(0);
    expect(compareKeys([2, "a"], [2, "a"])).toBe(0);
  });
});

describe("toPage", () => {
  const position = (row: number) => [row];

  it("tells the last page by the row that is missing", () => {
    expect(toPage([1, 2, 3], 2, position)).toEqual({ items: [1, 2], next: encodeCursor([2]) });
    expect(toPage([1, 2], 2, position)).toEqual({ items: [1, 2], next: null });
    expect(toPage([], 2, position)).toEqual({ items: [], next: null });
  });
});
