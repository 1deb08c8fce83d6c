import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRead } from "../../src/plan/read-plan.ts";
import { placementOf } from "./topology.ts";

const situation = fc
  .record({
    shards: fc.integer({ min: 1, max: 20 }),
    replicationFactor: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    spare: fc.integer({ min: 0, max: 3 }),
    key: fc.string(),
    isDown: fc.func(fc.boolean()),
    isStale: fc.func(fc.boolean()),
    isSpared: fc.func(fc.boolean()),
    cost: fc.func(fc.nat(100)),
  })
  .map(({ shards, replicationFactor, groups, spare, ...rest }) => ({
    placement: placementOf(shards, replicationFactor, groups, replicationFactor + spare),
    ...rest,
  }));

it("asks one replica of every shard: a fresh one if there is any, one that need not be spared if there is any, and no node that is down", () => {
  fc.assert(
    fc.property(situation, ({ placement, key, isDown, isStale, isSpared, cost }) => {
      const shards = [...placement.targets.keys()];
      const isUsable = (node: string) => !isDown(node);
      const plan = planRead({
        ...{ placement, key, shards, isUsable, cost },
        isStale: (node, shard) => isStale(node, shard),
        isSpared: (node) => isSpared(node),
      });

      const asked = plan.assignments.flatMap((assignment) =>
        assignment.shards.map((shard) => [assignment.node, shard] as const),
      );
      expect([...asked.map(([, shard]) => shard), ...plan.missing].sort((a, b) => a - b)).toEqual(shards);
      expect(new Set(plan.assignments.map(({ node }) => node)).size).toBe(plan.assignments.length);

      const holders = (shard: number) => placement.owners.flatMap((table) => table[shard] ?? []).filter(isUsable);
      for (const [node, shard] of asked) {
        expect(holders(shard)).toContain(node);
        const hasFresh = holders(shard).some((holder) => !isStale(holder, shard));
        expect(Boolean(isStale(node, shard))).toBe(!hasFresh);
        expect(plan.stale.includes(shard)).toBe(!hasFresh);
        const hasWilling = holders(shard).some((holder) => !isStale(holder, shard) && !isSpared(holder));
        if (hasWilling) expect(isSpared(node)).toBe(false);
      }
      for (const shard of plan.missing) expect(holders(shard)).toEqual([]);
    }),
  );
});

const WELL = { isUsable: () => true, isStale: () => false, isSpared: () => false };

it("reads all pages of a query from one group, and different queries from different groups", () => {
  const placement = placementOf(8, 2, 3, 3);
  const groupOf = (key: string) => {
    const shards = [...placement.targets.keys()];
    const plan = planRead({ placement, key, shards, ...WELL, cost: () => 1 });
    return [...new Set(plan.assignments.map(({ node }) => node.slice(0, 2)))];
  };
  const groups = Array.from({ length: 40 }, (_, number) => groupOf(`query ${number}`));
  for (const group of groups) expect(group).toHaveLength(1);
  expect(new Set(groups.flat()).size).toBe(3);
});

describe("between replicas of one group", () => {
  const placement = placementOf(16, 2, 1, 4);
  const shards = [...placement.targets.keys()];
  const asked = (key: string, costs: readonly number[]) => {
    const cost = (node: string) => costs[placement.nodes.indexOf(node)] ?? 0;
    return planRead({ placement, key, shards, ...WELL, cost }).assignments;
  };

  it("the same query goes to the same nodes, while they differ by what nobody notices", () => {
    for (let number = 0; number < 20; number++)
      expect(asked(`query ${number}`, [1, 4, 2, 7])).toEqual(asked(`query ${number}`, [6, 1, 1, 3]));
  });

  it("different queries go to all of them", () => {
    const nodes = Array.from({ length: 40 }, (_, number) => asked(`query ${number}`, [1, 1, 1, 1])).flat();
    expect(new Set(nodes.map(({ node }) => node)).size).toBe(4);
  });

  it("one that is clearly slower gets only what the others do not have", () => {
    for (let number = 0; number < 20; number++) {
      const slow = asked(`query ${number}`, [2, 2, 500, 2]).find(({ node }) => node === placement.nodes[2]);
      expect(slow).toBeUndefined();
    }
  });
});
