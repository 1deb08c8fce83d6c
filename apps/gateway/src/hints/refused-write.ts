import { type MissedWrite, nodesOfShard, type Placement, quorum } from "@miroir/routing";

export interface RefusedWrite {
  readonly placement: Placement;
  /** The shards that the write touches. */
  readonly shards: readonly number[];
  /** Whether the node took its part. */
  readonly took: (node: string) => boolean;
  /** Whether it may have taken its part, though it did not say so. */
  readonly mayHave: (node: string) => boolean;
  readonly isStale: (node: string, shard: number) => boolean;
}

/** What has to be done about the copies of a write that was refused. */
export interface RefusedVerdict {
  /** Copies that must be brought into line with the others. */
  readonly suspects: readonly MissedWrite[];
  /** Shards whose copies must be compared: no node says that it has the write, and not all can be without it. */
  readonly doubtful: readonly number[];
}

/**
 * What becomes of the copies after a write that was refused though some nodes had taken it, or may have: where a quorum of a group has
 * it, those without it must be brought into line, and otherwise those with it. A shard is never left without a copy that can be relied
 * upon. Where nobody knows of a copy to follow, all are compared with each other.
 */
export function judgeRefused({ placement, shards, took, mayHave, isStale }: RefusedWrite): RefusedVerdict {
  const suspects = new Map<string, number[]>();
  const doubtful: number[] = [];
  const needed = quorum(placement.replicationFactor);
  for (const shard of shards) {
    const owners = nodesOfShard(placement, shard);
    const takers = owners.filter(took);
    const others = owners.filter((node) => !took(node));
    const isClean = (node: string) => !isStale(node, shard);
    const hasQuorum = placement.owners.some(
      (table) => (table[shard] ?? []).filter((node) => took(node) && isClean(node)).length >= needed,
    );
    const follow = hasQuorum || !others.some(isClean) ? takers : others;
    if (takers.length > 0)
      for (const node of owners) if (!follow.includes(node)) suspects.set(node, [...(suspects.get(node) ?? []), shard]);
    // Those that are followed are not all alike.
    if (follow === others && others.length > 1 && others.some(mayHave)) doubtful.push(shard);
  }
  return { suspects: [...suspects].map(([node, list]) => ({ node, shards: list })), doubtful };
}
