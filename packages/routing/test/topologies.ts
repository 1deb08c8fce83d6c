import fc from "fast-check";
import type { Topology } from "../src/placement.ts";

/** `count` node ids that begin with `prefix`. */
export function nodeNames(count: number, prefix = "node-"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Small valid topologies: up to 3 groups of unequal size, RF up to the smallest. */
export const topologies: fc.Arbitrary<Topology> = fc
  .record({
    shards: fc.integer({ min: 1, max: 64 }),
    sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    replicas: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ shards, sizes, replicas }) => ({
    shards,
    replicationFactor: Math.min(replicas, ...sizes),
    groups: sizes.map((size, id) => ({ id, nodes: nodeNames(size, `group-${id}-node-`) })),
  }));
