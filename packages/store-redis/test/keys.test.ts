import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeys, memberOf, memberPrefix, partsOf } from "../src/keys.ts";

const part = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0"));
const awkward = fc.oneof(part, fc.constantFrom("_", "_index", ":", "%", "%3A", "%25", "a:b", "{a}", "}{"));
const bytes = (text: string) => Buffer.from(text);

describe("memberOf", () => {
  it("gives its parts back", () => {
    fc.assert(
      fc.property(fc.array(awkward, { minLength: 1, maxLength: 3 }), (key) => {
        expect(partsOf(memberOf(...key), key.length)).toEqual(key);
      }),
    );
  });

  it("orders last parts as their bytes do", () => {
    fc.assert(
      fc.property(awkward, awkward, awkward, (first, a, b) => {
        const order = Buffer.compare(bytes(a), bytes(b));
        expect(Buffer.compare(bytes(memberOf(a)), bytes(memberOf(b)))).toBe(order);
        expect(Buffer.compare(bytes(memberOf(first, a)), bytes(memberOf(first, b)))).toBe(order);
      }),
    );
  });

  it("begins with the prefix of its first part, and of no other", () => {
    fc.assert(
      fc.property(awkward, awkward, awkward, (first, other, last) => {
        expect(memberOf(first, last).startsWith(memberPrefix(first))).toBe(true);
        expect(memberOf(other, last).startsWith(memberPrefix(first))).toBe(first === other);
      }),
    );
  });

  it("never looks like an index", () => {
    fc.assert(fc.property(awkward, (name) => !/^_(?!_)/.test(memberOf(name))));
    expect(memberOf("_index")).toBe("__index");
  });

  it("shows digests as hex", () => {
    expect(memberOf(Buffer.from([0, 255]))).toBe("00ff");
  });
});

describe("createKeys", () => {
  it("names rows and indexes under one hash tag", () => {
    const keys = createKeys("miroir", 2);
    expect(keys.row("aliases", "best")).toBe("{miroir}:aliases:best");
    expect(keys.row("cdc_cursors", "a:b", "c:d")).toBe("{miroir}:cdc_cursors:a%3Ab:c:d");
    expect(keys.index("tasks")).toBe("{miroir}:tasks:_index");
    expect(keys.index("tasks", "by_status", "failed")).toBe("{miroir}:tasks:_by_status:failed");
    expect(keys.channel).toBe("{miroir}:_changes:2");
  });
});
