import fc from "fast-check";
import { expect, it } from "vitest";
import { editDistance } from "../../src/engine/edit-distance.ts";

it.each([
  ["lantern", "lantern", 0],
  ["lantren", "lantern", 1],
  ["lantrn", "lantern", 1],
  ["latnren", "lantern", 2],
  ["lamp", "lantern", 3],
])("%s and %s", (query, word, distance) => {
  expect(editDistance(query, word, 2, false)).toBe(distance);
});

it("looks at the nearest prefix of a word", () => {
  expect(editDistance("lant", "lantern", 2, true)).toBe(0);
  expect(editDistance("lnat", "lantern", 2, true)).toBe(1);
  expect(editDistance("xyz", "lantern", 2, true)).toBe(3);
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 7 });

/** The textbook table, without limits and shortcuts. */
function slowDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  const at = (i: number, j: number): number => table[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      (table[i] as number[])[j] = best;
    }
  }
  return at(a.length, b.length);
}

it("agrees with the textbook up to its limit", () => {
  fc.assert(
    fc.property(word, word, fc.constantFrom(1, 2), (a, b, limit) => {
      expect(editDistance(a, b, limit, false)).toBe(Math.min(slowDistance(a, b), limit + 1));
    }),
  );
});

it("finds the prefix that is nearest", () => {
  fc.assert(
    fc.property(word, word, fc.constantFrom(1, 2), (a, b, limit) => {
      const nearest = Math.min(...Array.from({ length: b.length + 1 }, (_, size) => slowDistance(a, b.slice(0, size))));
      expect(editDistance(a, b, limit, true)).toBe(Math.min(nearest, limit + 1));
    }),
  );
});
