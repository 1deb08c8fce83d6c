import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPlacement, nodesOfShard, shardsOfNode, type Topology, TopologyError } from "../src/placement.ts";
import { nodeNames, topologies } from "./topologies.ts";

describe("createPlacement", () => {
  it("puts every shard on exactly RF different nodes of every group", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const placement = createPlacement(topology);
        topology.groups.forEach(({ nodes }, groupIndex) => {
          for (let shard = 0; shard < topology.shards; shard++) {
            const owners = placement.owners[groupIndex]?.[shard] ?? [];
            expect(new Set(owners).size).toBe(topology.replicationFactor);
            expect(owners.every((node) => nodes.includes(node))).toBe(true);
          }
        });
      }),
    );
  });

  it("does not depend on the order in which nodes are listed", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const reversed = { ...topology, groups: topology.groups.map((g) => ({ ...g, nodes: [...g.nodes].reverse() })) };
        expect(createPlacement(reversed).owners).toEqual(createPlacement(topology).owners);
      }),
    );
  });

  it("gives the same tables through nodesOfShard, shardsOfNode and targets", () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const placement = createPlacement(topology);
        for (const node of placement.nodes) {
          const held = shardsOfNode(placement, node);
          for (let shard = 0; shard < topology.shards; shard++) {
            expect(nodesOfShard(placement, shard).includes(node)).toBe(held.includes(shard));
            expect(placement.targets[shard]?.map((target) => placement.nodes[target])).toEqual(
              nodesOfShard(placement, shard),
            );
          }
        }
        expect(shardsOfNode(placement, "no such node")).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("moves shards only to a node that joins, and only from one that leaves", () => {
    fc.assert(
      fc.property(topologies, fc.constantFrom("newcomer", "zz", "0"), (topology, newcomer) => {
        const before = createPlacement(topology);
        const grown = createPlacement(withNode(topology, newcomer));
        for (let shard = 0; shard < topology.shards; shard++) {
          const gained = nodesOfShard(grown, shard).filter((node) => !nodesOfShard(before, shard).includes(node));
          expect(gained.length === 0 || (gained.length === 1 && gained[0] === newcomer)).toBe(true);
        }
      }),
    );
  });

  it("moves about 1/(N+1) of the copies to a node that joins", () => {
    for (const size of [3, 5, 9]) {
      const topology = { shards: 4096, replicationFactor: 2, groups: [{ id: 0, nodes: nodeNames(size) }] };
      const moved = shardsOfNode(createPlacement(withNode(topology, "newcomer")), "newcomer").length;
      const share = moved / (4096 * 2);
      expect(share).toBeLessThanOrEqual((1 / (size + 1)) * 1.1);
      expect(share).toBeGreaterThan((1 / (size + 1)) * 0.9);
    }
  });

  it("balances copies over nodes", () => {
    for (const size of [3, 7, 16]) {
      const topology = { shards: 8192, replicationFactor: 2, groups: [{ id: 0, nodes: nodeNames(size) }] };
      const placement = createPlacement(topology);
      const loads = placement.nodes.map((node) => shardsOfNode(placement, node).length);
      const mean = (8192 * 2) / size;
      expect(Math.max(...loads) / mean).toBeLessThan(1.1);
      expect(Math.min(...loads) / mean).toBeGreaterThan(0.9);
    }
  });

  it("keeps its answers: a placement must not change between versions", () => {
    const placement = createPlacement({ shards: 8, replicationFactor: 2, groups: [{ id: 0, nodes: ["a", "b", "c"] }] });
    expect(placement.owners).toMatchInlineSnapshot(`
      [
        [
          [
            "c",
            "a",
          ],
          [
            "c",
            "b",
          ],
          [
            "c",
            "a",
          ],
          [
            "a",
            "c",
          ],
          [
            "b",
            "a",
          ],
          [
            "c",
            "b",
          ],
          [
            "c",
            "b",
          ],
          [
            "c",
            "b",
          ],
        ],
      ]
    `);
  });

  it.each<[string, Partial<Topology>]>([
    ["shards must be an integer from 1 to 65536, not 0", { shards: 0 }],
    ["shards must be an integer from 1 to 65536, not 65537", { shards: 65_537 }],
    ["the replication factor must be a positive integer, not 0", { replicationFactor: 0 }],
    ["replica group 0 has 2 nodes, fewer than the replication factor 3", { replicationFactor: 3 }],
    ["at least one replica group is needed", { groups: [] }],
    [
      'node "a" is listed twice',
      {
        groups: [
          { id: 0, nodes: ["a"] },
          { id: 1, nodes: ["a"] },
        ],
      },
    ],
    [
      "replica group 1 is listed twice",
      {
        groups: [
          { id: 1, nodes: ["a"] },
          { id: 1, nodes: ["b"] },
        ],
      },
    ],
    ["replica group 0 has a node without an id", { groups: [{ id: 0, nodes: [""] }] }],
  ])("refuses: %s", (message, change) => {
    const valid = { shards: 8, replicationFactor: 1, groups: [{ id: 0, nodes: ["a", "b"] }] };
    expect(() => createPlacement({ ...valid, ...change })).toThrow(new TopologyError(message));
  });

  it("reports every mistake at once", () => {
    const topology = { shards: 0, replicationFactor: 2, groups: [{ id: 0, nodes: ["a"] }] };
    expect(() => createPlacement(topology)).toThrow(/shards must be .*; replica group 0 has 1 nodes/);
  });
});

function withNode(topology: Topology, node: string): Topology {
  const [first, ...rest] = topology.groups;
  if (!first) throw new Error("a topology has a group");
  return { ...topology, groups: [{ ...first, nodes: [...first.nodes, node] }, ...rest] };
}
