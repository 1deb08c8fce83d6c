import { type MissedWrite, nodesOfShard, type Placement, quorum } from "@miroir/routing";

export interface RefusedWrite {
  readonly placement: Placement;
  /** The shards that the write touches. */
  readonly shards: readonly number[];
  /** Whether the node took its part. */
  readonly took: (node: string) => boolean;
  readonly isStale: (node: string, shard: number) => boolean;
}

/**
 * Which copies must be brought into line with the others, after a write that was refused though some nodes had taken it: where a
 * quorum of a group has it, those without it, and otherwise those with it. A shard is never left without a copy that can be relied upon.
 */
export function judgeRefused({ placement, shards, took, isStale }: RefusedWrite): MissedWrite[] {
  const suspects = new Map<string, number[]>();
  const needed = quorum(placement.replicationFactor);
  for (const shard of shards) {
    const owners = nodesOfShard(placement, shard);
    const takers = owners.filter(took);
    const others = owners.filter((node) => !took(node));
    if (takers.length === 0 || others.length === 0) continue;
    const isClean = (node: string) => !isStale(node, shard);
    const hasQuorum = placement.owners.some(
      (table) => (table[shard] ?? []).filter((node) => took(node) && isClean(node)).length >= needed,
    );
    for (const node of hasQuorum || !others.some(isClean) ? others : takers)
      suspects.set(node, [...(suspects.get(node) ?? []), shard]);
  }
  return [...suspects].map(([node, list]) => ({ node, shards: list }));
}
