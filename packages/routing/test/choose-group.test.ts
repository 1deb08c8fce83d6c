import { describe, expect, it } from "vitest";
import { chooseGroup } from "../src/choose-group.ts";
import { coveringSet } from "../src/covering-set.ts";
import { createPlacement } from "../src/placement.ts";
import { nodeNames } from "./topologies.ts";

const everyone = () => true;

describe("chooseGroup", () => {
  const groups = [4, 5, 6].map((id) => ({ id, nodes: nodeNames(3, `g${id}-`) }));
  const replicated = createPlacement({ shards: 64, replicationFactor: 2, groups });

  it("gives a query one group, and spreads queries over all of them", () => {
    const counts = new Map<number, number>();
    for (let n = 0; n < 3000; n++) {
      const { group, complete } = chooseGroup({ placement: replicated, key: `query ${n}`, isUsable: everyone });
      expect(chooseGroup({ placement: replicated, key: `query ${n}`, isUsable: everyone }).group).toBe(group);
      expect(complete).toBe(true);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    for (const { id } of groups) expect(Math.abs((counts.get(id) ?? 0) - 1000)).toBeLessThan(120);
  });

  it("moves only the queries of a group that lacks coverage", () => {
    const withoutFive = (node: string) => !["g5-0", "g5-1"].includes(node);
    for (let n = 0; n < 300; n++) {
      const before = chooseGroup({ placement: replicated, key: `query ${n}`, isUsable: everyone }).group;
      const after = chooseGroup({ placement: replicated, key: `query ${n}`, isUsable: withoutFive });
      expect(after.complete).toBe(true);
      if (before === 5) expect(after.group).not.toBe(5);
      else expect(after.group).toBe(before);
    }
  });

  it("takes the group that lacks the fewest shards when none is whole", () => {
    const isUsable = (node: string) => node.endsWith("-0");
    const choice = chooseGroup({ placement: replicated, key: "any", isUsable });
    const lacking = groups.map(({ id }) => ({
      id,
      count: coveringSet({ placement: replicated, group: id, isUsable, cost: () => 0 }).missing.length,
    }));
    const fewest = Math.min(...lacking.map(({ count }) => count));
    expect(choice.complete).toBe(false);
    expect(lacking.find(({ id }) => id === choice.group)?.count).toBe(fewest);
  });

  it("asks only about the shards the read needs", () => {
    const single = createPlacement({ shards: 8, replicationFactor: 1, groups: [{ id: 0, nodes: nodeNames(2) }] });
    const [owner] = single.owners[0]?.[3] ?? [];
    const isUsable = (node: string) => node === owner;
    expect(chooseGroup({ placement: single, key: "k", isUsable, shards: [3] }).complete).toBe(true);
    expect(chooseGroup({ placement: single, key: "k", isUsable }).complete).toBe(false);
  });
});
