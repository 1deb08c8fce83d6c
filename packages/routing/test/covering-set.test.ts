import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coveringSet } from "../src/covering-set.ts";
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
