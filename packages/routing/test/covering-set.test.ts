import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseGroup, coveringSet } from "../src/covering-set.ts";
import { createPlacement, type Placement } from "../src/placement.ts";
import { nodeNames, topologies } from "./topologies.ts";

const everyone = () => true;
const free = () => 0;
const placement = createPlacement({ shards: 64, replicationFactor: 2, groups: [{ id: 0, nodes: nodeNames(3) }] });

function owners(of: Placement, shard: number): readonly string[] {
  return of.owners[0]?.[shard] ?? [];
}

describe("coveringSet", () => {
  it("covers every shard that a usable node holds exactly once, and names the others as missing", () => {
    fc.assert(
      fc.property(
        topologies,
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(fc.nat(50)),
        (topology, usable, costs) => {
          const any = createPlacement(topology);
          const alive = new Set(any.nodes.filter(() => usable.next().value));
          const prices = new Map(any.nodes.map((node) => [node, costs.next().value]));
          for (const [groupIndex, { id }] of topology.groups.entries()) {
            const options = {
              placement: any,
              group: id,
              isUsable: (n: string) => alive.has(n),
              cost: (n: string) => prices.get(n) ?? 0,
            };
            const { assignments, missing, avoided } = coveringSet(options);
            const covered = assignments.flatMap(({ shards }) => shards);
            expect([...covered, ...missing].sort((a, b) => a - b)).toEqual([...any.targets.keys()]);
            expect(avoided).toEqual([]);
            for (const { node, shards } of assignments) {
              expect(alive.has(node)).toBe(true);
              expect(shards.every((shard) => any.owners[groupIndex]?.[shard]?.includes(node))).toBe(true);
            }
            for (const shard of missing)
              expect(any.owners[groupIndex]?.[shard]?.some((node) => alive.has(node))).toBe(false);
            expect(coveringSet(options)).toEqual({ assignments, missing, avoided });
          }
        },
      ),
    );
  });

  it("asks one node when one holds everything", () => {
    const full = createPlacement({ shards: 64, replicationFactor: 3, groups: [{ id: 0, nodes: nodeNames(3) }] });
    const { assignments } = coveringSet({ placement: full, group: 0, isUsable: everyone, cost: free });
    expect(assignments).toHaveLength(1);
  });

  it("asks two nodes of three with RF 2, sharing the work between them", () => {
    const { assignments } = coveringSet({ placement, group: 0, isUsable: everyone, cost: free });
    expect(assignments).toHaveLength(2);
    for (const { shards } of assignments) expect(shards.length).toBeLessThanOrEqual(40);
  });

  it("leaves out the dear node when the cheap ones suffice", () => {
    for (const dear of nodeNames(3)) {
      const { assignments } = coveringSet({
        placement,
        group: 0,
        isUsable: everyone,
        cost: (node) => (node === dear ? 100 : 5),
      });
      expect(assignments.map(({ node }) => node)).not.toContain(dear);
    }
  });

  it("gives shards that two chosen nodes hold to the cheaper one while it is the quicker", () => {
    const cost = (node: string) => ({ "node-0": 1, "node-1": 3 })[node] ?? 1000;
    const { assignments } = coveringSet({ placement, group: 0, isUsable: everyone, cost });
    expect(assignments.map(({ node }) => node)).toEqual(["node-0", "node-1"]);
    expect(assignments[0]?.shards).toEqual(
      [...placement.targets.keys()].filter((s) => owners(placement, s).includes("node-0")),
    );
  });

  it("drops a node that looked best at first and is not needed in the end", () => {
    const table = [
      ["a", "b"],
      ["a", "b"],
      ["a", "c"],
      ["a", "c"],
      ["b", "down"],
      ["c", "down"],
    ];
    const nodes = ["a", "b", "c", "down"];
    const drawn: Placement = {
      shards: 6,
      replicationFactor: 2,
      groups: [{ id: 0, nodes }],
      owners: [table],
      nodes,
      targets: table.map((row) => row.map((node) => nodes.indexOf(node))),
    };
    const { assignments } = coveringSet({
      placement: drawn,
      group: 0,
      isUsable: (node) => node !== "down",
      cost: free,
    });
    expect(assignments).toEqual([
      { node: "b", shards: [0, 1, 4] },
      { node: "c", shards: [2, 3, 5] },
    ]);
  });

  it("treats a cost that is not a number as the dearest", () => {
    const cost = (node: string) => (node === "node-0" ? Number.NaN : 5);
    const { assignments } = coveringSet({ placement, group: 0, isUsable: everyone, cost });
    expect(assignments.map(({ node }) => node)).toEqual(["node-1", "node-2"]);
  });

  it("avoids a replica that is behind, and says where it could not", () => {
    const shard = 11;
    const [first = "", second = ""] = owners(placement, shard);
    const avoid = (node: string, of: number) => node === first && of === shard;
    const fresh = coveringSet({ placement, group: 0, isUsable: everyone, cost: free, avoid });
    expect(fresh.assignments.find(({ shards }) => shards.includes(shard))?.node).toBe(second);
    expect(fresh.avoided).toEqual([]);

    const stale = coveringSet({ placement, group: 0, isUsable: (node) => node !== second, cost: free, avoid });
    expect(stale.assignments.find(({ shards }) => shards.includes(shard))?.node).toBe(first);
    expect(stale.avoided).toEqual([shard]);
  });

  it("covers only the shards the read needs", () => {
    const { assignments, missing } = coveringSet({
      placement,
      group: 0,
      isUsable: everyone,
      cost: free,
      shards: [9, 4, 9],
    });
    expect(assignments.flatMap(({ shards }) => shards).sort((a, b) => a - b)).toEqual([4, 9]);
    expect(missing).toEqual([]);
  });

  it("refuses a group that does not exist", () => {
    expect(() => coveringSet({ placement, group: 3, isUsable: everyone, cost: free })).toThrow(
      "there is no replica group 3",
    );
  });
});

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
      count: coveringSet({ placement: replicated, group: id, isUsable, cost: free }).missing.length,
    }));
    const fewest = Math.min(...lacking.map(({ count }) => count));
    expect(choice.complete).toBe(false);
    expect(lacking.find(({ id }) => id === choice.group)?.count).toBe(fewest);
  });

  it("asks only about the shards the read needs", () => {
    const single = createPlacement({ shards: 8, replicationFactor: 1, groups: [{ id: 0, nodes: nodeNames(2) }] });
    const [owner] = owners(single, 3);
    const isUsable = (node: string) => node === owner;
    expect(chooseGroup({ placement: single, key: "k", isUsable, shards: [3] }).complete).toBe(true);
    expect(chooseGroup({ placement: single, key: "k", isUsable }).complete).toBe(false);
  });
});
