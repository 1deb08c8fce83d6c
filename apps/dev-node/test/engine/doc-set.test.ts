import fc from "fast-check";
import { expect, it } from "vitest";
import type { DocSet } from "../../src/engine/doc-set.ts";
import {
  addDoc,
  countDocs,
  difference,
  docsOf,
  emptyDocs,
  hasDoc,
  intersection,
  intersects,
  isEmptySet,
} from "../../src/engine/doc-set.ts";

const ids = fc.uniqueArray(fc.nat({ max: 99 }));

function setOf(members: readonly number[]): DocSet {
  const set = emptyDocs(100);
  for (const id of members) addDoc(set, id);
  return set;
}

it("behaves as sets of numbers do", () => {
  fc.assert(
    fc.property(ids, ids, (left, right) => {
      const [a, b] = [new Set(left), new Set(right)];
      const ascending = (set: ReadonlySet<number>): number[] => [...set].sort((x, y) => x - y);
      expect(docsOf(setOf(left))).toEqual(ascending(a));
      expect(countDocs(setOf(left))).toBe(a.size);
      expect(docsOf(intersection(setOf(left), setOf(right)))).toEqual(ascending(a.intersection(b)));
      expect(docsOf(difference(setOf(left), setOf(right)))).toEqual(ascending(a.difference(b)));
      expect(intersects(setOf(left), setOf(right))).toBe(!a.isDisjointFrom(b));
      expect(isEmptySet(setOf(left))).toBe(a.size === 0);
      expect(left.every((id) => hasDoc(setOf(left), id))).toBe(true);
    }),
  );
});
