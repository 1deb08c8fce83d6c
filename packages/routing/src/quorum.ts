import type { Placement } from "./placement.ts";

/**
 * How many of `replicationFactor` replicas must accept a write: more than half, but of two only one. More than half of two
 * would be both, and a second replica would then make writes fail more often than none.
 */
export function quorum(replicationFactor: number): number {
  return replicationFactor === 2 ? 1 : Math.floor(replicationFactor / 2) + 1;
}

export type WriteVerdict = {
  /** At least one group has the write: it may be acknowledged. */
  readonly stands: boolean;
  /** Ids of the groups in which every touched shard was accepted by a quorum of its replicas. */
  readonly groupsWithWrite: readonly number[];
  /** Ids of the other groups. */
  readonly groupsWithoutWrite: readonly number[];
  /** Owners of touched shards that did not accept, with the touched shards they miss: what has to be repaired. */
  readonly missed: readonly MissedWrite[];
  /** The write stands, but some owner misses it. */
  readonly degraded: boolean;
};

export type MissedWrite = { readonly node: string; readonly shards: readonly number[] };

/**
 * Judges one write after every owner answered or failed. A group has the write when, for each touched shard, a quorum
 * of its replicas accepted; the write stands when one group has it. A write that touches nothing stands.
 *
 * @param shards the shards the write touches; repeats do no harm
 * @param accepted whether the node took its part of the write, and its copy of the shard counts
 */
export function judgeWrite(
  placement: Placement,
  shards: Iterable<number>,
  accepted: (node: string, shard: number) => boolean,
): WriteVerdict {
  const touched = [...new Set(shards)].sort((a, b) => a - b);
  const needed = quorum(placement.replicationFactor);
  const missedShards = new Map<string, number[]>();
  const groupsWithWrite: number[] = [];
  const groupsWithoutWrite: number[] = [];

  placement.groups.forEach(({ id }, groupIndex) => {
    let hasWrite = true;
    for (const shard of touched) {
      const owners = placement.owners[groupIndex]?.[shard] ?? [];
      const refusers = owners.filter((node) => !accepted(node, shard));
      for (const node of refusers) appendTo(missedShards, node, shard);
      if (owners.length - refusers.length < needed) hasWrite = false;
    }
    (hasWrite ? groupsWithWrite : groupsWithoutWrite).push(id);
  });

  const stands = groupsWithWrite.length > 0;
  const missed = placement.nodes.flatMap((node) => {
    const shards = missedShards.get(node);
    return shards ? [{ node, shards }] : [];
  });
  return { stands, groupsWithWrite, groupsWithoutWrite, missed, degraded: stands && missed.length > 0 };
}

function appendTo(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
