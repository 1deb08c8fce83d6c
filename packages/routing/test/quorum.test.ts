import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPlacement, nodesOfShard } from "../src/placement.ts";
import { judgeWrite, quorum } from "../src/quorum.ts";
import { nodeNames, topologies } from "./topologies.ts";

describe("quorum", () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])("of %i replicas is %i", (replicas, expected) => {
    expect(quorum(replicas)).toBe(expected);
  });

  it("is more than half of three or more: two quorums always share a replica", () => {
    fc.assert(fc.property(fc.integer({ min: 3, max: 1000 }), (replicas) => 2 * quorum(replicas) > replicas));
  });
});

describe("judgeWrite", () => {
  const placement = createPlacement({
    shards: 16,
    replicationFactor: 3,
    groups: [
      { id: 0, nodes: nodeNames(3, "a") },
      { id: 7, nodes: nodeNames(3, "b") },
    ],
  });

  it("stands everywhere when all accept", () => {
    expect(judgeWrite(placement, [0, 1], () => true)).toEqual({
      stands: true,
      groupsWithWrite: [0, 7],
      groupsWithoutWrite: [],
      missed: [],
      degraded: false,
    });
  });

  it("stands with a minority missing in one group, and says who missed what", () => {
    expect(judgeWrite(placement, [3, 1, 3], (node) => node !== "a1")).toEqual({
      stands: true,
      groupsWithWrite: [0, 7],
      groupsWithoutWrite: [],
      missed: [{ node: "a1", shards: [1, 3] }],
      degraded: true,
    });
  });

  it("stands on one group when the other has no quorum", () => {
    const verdict = judgeWrite(placement, [5], (node) => node.startsWith("b") || node === "a0");
    expect(verdict).toMatchObject({ stands: true, groupsWithWrite: [7], groupsWithoutWrite: [0], degraded: true });
    expect(verdict.missed).toEqual([
      { node: "a1", shards: [5] },
      { node: "a2", shards: [5] },
    ]);
  });

  it("does not stand when every group lacks a quorum", () => {
    const verdict = judgeWrite(placement, [5], (node) => node === "a0" || node === "b0");
    expect(verdict).toMatchObject({ stands: false, groupsWithWrite: [], groupsWithoutWrite: [0, 7], degraded: false });
  });

  it("needs the quorum for each touched shard, not over all of them", () => {
    const spreadOut = createPlacement({ shards: 64, replicationFactor: 1, groups: [{ id: 0, nodes: nodeNames(4) }] });
    const [lost] = spreadOut.owners[0]?.[9] ?? [];
    expect(judgeWrite(spreadOut, spreadOut.targets.keys(), (node) => node !== lost).stands).toBe(false);
  });

  it("is not concerned by nodes that own no touched shard", () => {
    const spreadOut = createPlacement({ shards: 64, replicationFactor: 1, groups: [{ id: 0, nodes: nodeNames(4) }] });
    const [owner] = spreadOut.owners[0]?.[9] ?? [];
    expect(judgeWrite(spreadOut, [9], (node) => node === owner)).toMatchObject({
      stands: true,
      degraded: false,
      missed: [],
    });
  });

  it("agrees with counting acceptances shard by shard", () => {
    fc.assert(
      fc.property(
        topologies,
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(fc.boolean()),
        (topology, accepts, touches) => {
          const any = createPlacement(topology);
          const accepted = new Set(any.nodes.filter(() => accepts.next().value));
          const touched = [...any.targets.keys()].filter(() => touches.next().value);
          const verdict = judgeWrite(any, touched, (node) => accepted.has(node));

          const expected = topology.groups.filter(({ nodes }) =>
            touched.every((shard) => {
              const owners = nodesOfShard(any, shard).filter((node) => nodes.includes(node));
              const takers = owners.filter((node) => accepted.has(node)).length;
              return takers * 2 > owners.length || (owners.length === 2 && takers === 1);
            }),
          );
          expect(verdict.groupsWithWrite).toEqual(expected.map(({ id }) => id));
          expect(verdict.stands).toBe(expected.length > 0);
          for (const { node, shards } of verdict.missed) {
            expect(accepted.has(node)).toBe(false);
            expect(shards).toEqual(touched.filter((shard) => nodesOfShard(any, shard).includes(node)));
          }
        },
      ),
    );
  });
});
