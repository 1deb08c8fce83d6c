import type { TestGatewayOptions } from "../support/gateway.ts";

/** Replication factor, replica groups and shards, each on three nodes per group. */
const SHAPES = [
  [1, 1, 1],
  [1, 1, 8],
  [2, 1, 8],
  [3, 1, 64],
  [1, 2, 64],
  [2, 2, 8],
  [3, 2, 1],
] as const;

export const TOPOLOGIES = SHAPES.map(([replicationFactor, replicaGroups, shards]) => ({
  name: `RF ${replicationFactor}, RG ${replicaGroups}, S ${shards}`,
  options: { replicationFactor, replicaGroups, shards, nodes: 3 * replicaGroups } satisfies TestGatewayOptions,
}));
