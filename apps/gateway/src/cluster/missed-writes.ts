/** Which replicas miss accepted writes, by node, index and shard. Kept in memory: a gateway that restarts trusts all replicas. */
export interface MissedWrites {
  note(nodeId: string, indexUid: string, shards: Iterable<number>): void;
  has(nodeId: string, indexUid: string, shard: number): boolean;
}

export function createMissedWrites(): MissedWrites {
  const missed = new Map<string, Map<string, Set<number>>>();
  return {
    note(nodeId, indexUid, shards) {
      const indexes = missed.get(nodeId) ?? new Map<string, Set<number>>();
      const known = indexes.get(indexUid) ?? new Set<number>();
      for (const shard of shards) known.add(shard);
      missed.set(nodeId, indexes.set(indexUid, known));
    },
    has: (nodeId, indexUid, shard) => missed.get(nodeId)?.get(indexUid)?.has(shard) ?? false,
  };
}
