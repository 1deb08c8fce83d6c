import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeMarker,
  encodeMarker,
  hasMarkerCharacter,
  markerFilter,
  sequenceMarker,
  shardMarker,
} from "../src/marker.ts";

const sequence = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("encodeMarker", () => {
  it("writes each hex digit as the character U+2983 plus the digit", () => {
    expect(encodeMarker(17, 4)).toBe("⦃⦃⦄⦄");
    expect(shardMarker(0xffff)).toBe("\u2992\u2992\u2992\u2992");
    expect(sequenceMarker(0)).toBe("⦃".repeat(12));
  });

  it("reads back what it wrote, over the whole range of a sequence", () => {
    fc.assert(fc.property(sequence, (value) => decodeMarker(sequenceMarker(value)) === value));
    expect(decodeMarker(sequenceMarker(2 ** 48 - 1))).toBe(2 ** 48 - 1);
  });

  it("keeps the numeric order in UTF-8 bytes and in JavaScript strings", () => {
    fc.assert(
      fc.property(sequence, sequence, (a, b) => {
        const [textA, textB] = [sequenceMarker(a), sequenceMarker(b)];
        expect(Buffer.compare(Buffer.from(textA), Buffer.from(textB))).toBe(Math.sign(a - b));
        expect(textA < textB).toBe(a < b);
      }),
    );
  });

  it.each([[-1], [1.5], [Number.NaN], [2 ** 53]])("refuses %s", (value) => {
    expect(() => encodeMarker(value, 12)).toThrow(RangeError);
  });

  it("refuses a number that needs more digits", () => {
    expect(() => shardMarker(0x10000)).toThrow("65536 does not fit in 4 marker digits");
    expect(() => sequenceMarker(2 ** 48)).toThrow(RangeError);
  });
});

describe("decodeMarker", () => {
  it.each([[""], ["17"], ["⦃⦃1⦄"], ["⦂⦃⦃⦃"], ["\u2993"], ["\u2992".repeat(14)]])("does not accept %j", (text) => {
    expect(decodeMarker(text)).toBeUndefined();
  });
});

describe("hasMarkerCharacter", () => {
  it("knows the sixteen characters and not their neighbours", () => {
    for (let point = 0x2983; point <= 0x2992; point++)
      expect(hasMarkerCharacter(`a${String.fromCodePoint(point)}b`)).toBe(true);
    expect(hasMarkerCharacter("\u2982\u2993 17 {}")).toBe(false);
  });
});

describe("markerFilter", () => {
  it("uses = for one shard and IN for several, always with quotes", () => {
    expect(markerFilter([17])).toBe('_miroir_shard = "⦃⦃⦄⦄"');
    expect(markerFilter([0, 17])).toBe('_miroir_shard IN ["⦃⦃⦃⦃", "⦃⦃⦄⦄"]');
  });

  it("refuses to filter on no shard", () => {
    expect(() => markerFilter([])).toThrow(RangeError);
  });
});
