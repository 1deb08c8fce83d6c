import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { xxh64 } from "../src/hash.ts";
import { MAX_SHARDS, shardOf } from "../src/shard.ts";

describe("xxh64", () => {
  // Seed 0 answers published with the tests of the reference implementation and its ports.
  it.each([
    ["", 0xef46db3751d8e999n],
    ["a", 15154266338359012955n],
    ["ab", 7347350983217793633n],
    ["abc", 0x44bc2cf5ad770999n],
    ["ABC", 0xe66ae7354fcfee98n],
    ["xxhash", 0x32dd38952c4bc720n],
    ["foo", 3728699739546630719n],
    ["bar", 5234164152756840025n],
    ["0", 0x633457081244afecn],
    ["0123", 0x4c33072b45647dcbn],
  ])("hashes %j to the published value", (text, expected) => {
    expect(xxh64(text)).toBe(expected);
  });
});

describe("shardOf", () => {
  it("takes the whole 64-bit value modulo the number of shards", () => {
    expect(shardOf("abc", 64)).toBe(Number(0x44bc2cf5ad770999n % 64n));
    expect(shardOf("abc", 60)).toBe(Number(0x44bc2cf5ad770999n % 60n));
    expect(shardOf("ABC", 65_535)).toBe(Number(0xe66ae7354fcfee98n % 65_535n));
  });

  it("stays within the shards for any id and agrees with the definition", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: MAX_SHARDS }), (id, shards) => {
        const shard = shardOf(id, shards);
        expect(shard).toBe(Number(xxh64(id) % BigInt(shards)));
        expect(shard).toBeLessThan(shards);
      }),
    );
  });

  it("spreads sequential ids evenly (chi-square, 63 degrees of freedom)", () => {
    for (const prefix of ["", "doc-", "0190f2c4-7a5e-7000-8000-"]) {
      const counts = new Array<number>(64).fill(0);
      for (let n = 0; n < 64_000; n++) {
        const shard = shardOf(`${prefix}${n}`, 64);
        counts[shard] = (counts[shard] ?? 0) + 1;
      }
      const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      // The 99.99 % quantile for 63 degrees of freedom.
      expect(chiSquare).toBeLessThan(113.5);
    }
  });
});
