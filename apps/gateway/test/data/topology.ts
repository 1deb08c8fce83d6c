import { createPlacement, type Placement } from "@miroir/routing";

/** A placement of `nodes` nodes per group, called `g0n0`, `g0n1`, …, `g1n0`, …. */
export function placementOf(shards: number, replicationFactor: number, groupCount: number, nodes: number): Placement {
  const groups = Array.from({ length: groupCount }, (_, id) => ({
    id,
    nodes: Array.from({ length: nodes }, (_, node) => `g${id}n${node}`),
  }));
  return createPlacement({ shards, replicationFactor, groups });
}
