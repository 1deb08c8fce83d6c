import fc from "fast-check";
import { expect, it } from "vitest";
import { createTableDigest, rowDigest } from "../src/digest.ts";
import type { Row } from "../src/rows.ts";

const rows = fc.array(fc.record({ key: fc.string(), json: fc.jsonValue(), blob: fc.uint8Array() }), { minLength: 1 });

function sum(of: readonly Row[]) {
  const digest = createTableDigest();
  for (const row of of) digest.add(rowDigest(row));
  return digest.result();
}

it("is the same for the same rows in any order, with the keys of their JSON in any order", () => {
  const turned = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, part]) => [key, turned(part)]),
        )
      : value;
  fc.assert(
    fc.property(rows, (given) => {
      const other = [...given].reverse().map((row) => turned(row) as Row);
      expect(sum(other)).toEqual(sum(given));
    }),
  );
});

it("is another when a row is missing, comes twice, or has another value", () => {
  fc.assert(
    fc.property(rows, (given) => {
      const { checksum } = sum(given);
      const [first = {}, ...rest] = given as Row[];
      expect(sum(rest).checksum).not.toBe(checksum);
      expect(sum([first, ...given]).checksum).not.toBe(checksum);
      expect(sum([{ ...first, json: [first.json] }, ...rest]).checksum).not.toBe(checksum);
    }),
  );
});

it("tells a blob from its hex, and a list from an object", () => {
  const different = [{ a: Buffer.from("07", "hex") }, { a: "07" }, { a: { "0": 1 } }, { a: [1] }, { a: [["0", 1]] }];
  expect(new Set(different.map(rowDigest)).size).toBe(different.length);
});
