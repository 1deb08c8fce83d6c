import { describe, expect, it } from "vitest";
import { createDegradation, type ShardNote } from "../../src/reads/degradation.ts";

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const noted = (...notes: Partial<ShardNote>[]) => {
  const degradation = createDegradation();
  for (const note of notes) degradation.note({ needed: ALL, missing: [], stale: [], ...note });
  return degradation;
};

describe("X-Miroir-Degraded", () => {
  it.each([
    ["nothing", [{}, {}], null],
    ["missing shards", [{ missing: [3, 1] }], "reason=unavailable_shards; shards=1,3; coverage=0.7500"],
    ["old shards", [{ stale: [2] }], "reason=stale_replicas; shards=2; coverage=1.0000"],
    [
      "several reads together, each with something else",
      [{ missing: [1] }, {}, { missing: [1, 2], stale: [7] }],
      "reason=unavailable_shards; shards=1,2; coverage=0.7500, reason=stale_replicas; shards=7; coverage=1.0000",
    ],
    [
      "a read of one shard after one of all",
      [{ needed: [5], missing: [] }, { missing: [0] }],
      "reason=unavailable_shards; shards=0; coverage=0.8750",
    ],
  ])("%s", (_what, notes, header) => {
    expect(noted(...notes).describe()).toBe(header);
  });

  it("does not round one lost shard of very many up to all", () => {
    const needed = Array.from({ length: 65_536 }, (_, shard) => shard);
    expect(noted({ needed, missing: [7] }).describe()).toBe("reason=unavailable_shards; shards=7; coverage=0.9999");
  });

  it("names nodes that did not answer", () => {
    const degradation = noted({ stale: [0] });
    degradation.noteSilent(["b", "a"]);
    expect(degradation.describe()).toBe(
      "reason=stale_replicas; shards=0; coverage=1.0000, reason=silent_nodes; nodes=a,b",
    );
  });
});
