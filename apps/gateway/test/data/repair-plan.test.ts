import { describe, expect, it } from "vitest";
import {
  type CopiedDocument,
  isEmptyChange,
  planAgreement,
  planFill,
  type ShardCopy,
} from "../../src/plan/repair-plan.ts";

const copy = (node: string, documents: Record<string, readonly [hash: number, sequence: string]>): ShardCopy => ({
  node,
  documents: new Map(
    Object.entries(documents).map(([id, [hash, sequence]]): [string, CopiedDocument] => [
      id,
      { hash: BigInt(hash), sequence },
    ]),
  ),
});
/** What a plan asks of each node, as plain data. */
const shown = (changes: ReturnType<typeof planAgreement>) =>
  Object.fromEntries(changes.map(({ node, copy, remove }) => [node, { ...Object.fromEntries(copy), remove }]));

describe("filling a copy from another", () => {
  it("copies what is missing or differs, and takes what the source does not have", () => {
    const source = copy("a", { same: [1, "1"], changed: [2, "5"], new: [3, "6"] });
    const target = copy("b", { same: [1, "1"], changed: [9, "2"], deleted: [4, "3"] });
    expect(planFill(source, target)).toEqual({
      node: "b",
      copy: new Map([["a", ["changed", "new"]]]),
      remove: ["deleted"],
    });
    expect(isEmptyChange(planFill(source, source))).toBe(true);
  });
});

describe("agreement of copies of which none is known to be right", () => {
  it("changes nothing where all are equal", () => {
    const changes = planAgreement([copy("a", { x: [1, "1"] }), copy("b", { x: [1, "1"] })]);
    expect(changes.every(isEmptyChange)).toBe(true);
  });

  it("takes the version that was written last", () => {
    const changes = planAgreement([copy("a", { x: [1, "1"] }), copy("b", { x: [2, "2"] }), copy("c", { x: [1, "1"] })]);
    expect(shown(changes)).toEqual({ a: { b: ["x"], remove: [] }, b: { remove: [] }, c: { b: ["x"], remove: [] } });
  });

  it("deletes what most copies do not have, and keeps what half of them have", () => {
    const [one, none] = [{ x: [1, "1"] } as const, {}];
    expect(shown(planAgreement([copy("a", one), copy("b", none), copy("c", none)])).a).toEqual({ remove: ["x"] });
    expect(shown(planAgreement([copy("a", none), copy("b", one)])).a).toEqual({ b: ["x"], remove: [] });
  });

  it("keeps what any copy has when told to", () => {
    const changes = planAgreement([copy("a", { x: [1, "1"] }), copy("b", {}), copy("c", {})], true);
    expect(shown(changes)).toEqual({ a: { remove: [] }, b: { a: ["x"], remove: [] }, c: { a: ["x"], remove: [] } });
  });
});
