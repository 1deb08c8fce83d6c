import { createPlacement, shardsOfNode } from "@miroir/routing";
import { type Spread, spread } from "../measure.ts";

export type Movement = {
  readonly nodesBefore: number;
  /** Share of all shard copies that move to the node that joins, over placements with different node names. */
  readonly moved: Spread;
  /** 1/(N+1): what a node that joins has to get. */
  readonly fairShare: number;
  /** Copies that moved between nodes that were there before; any would be waste. */
  readonly movedAside: number;
};

const SHARDS = 1024;
const REPLICAS = 2;

/** How many copies move when a node joins a group of `nodesBefore`. */
export function measureMovement(nodesBefore: number, trials = 25): Movement {
  const shares: number[] = [];
  let movedAside = 0;
  for (let trial = 0; trial < trials; trial++) {
    const old = Array.from({ length: nodesBefore }, (_, index) => `t${trial}-node-${index}`);
    const newcomer = `t${trial}-newcomer`;
    const before = place(old);
    const after = place([...old, newcomer]);
    shares.push(shardsOfNode(after, newcomer).length / (SHARDS * REPLICAS));
    for (const node of old) {
      const held = new Set(shardsOfNode(before, node));
      movedAside += shardsOfNode(after, node).filter((shard) => !held.has(shard)).length;
    }
  }
  return { nodesBefore, moved: spread(shares), fairShare: 1 / (nodesBefore + 1), movedAside };
}

function place(nodes: readonly string[]) {
  return createPlacement({ shards: SHARDS, replicationFactor: REPLICAS, groups: [{ id: 0, nodes }] });
}
