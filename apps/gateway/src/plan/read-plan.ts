import { type Assignment, chooseGroup, coveringSet, type Placement } from "@miroir/routing";

export type ReadPlanOptions = {
  readonly placement: Placement;
  /** What the read is about without its paging: all pages of a query then come from one group. */
  readonly key: string;
  /** The group to read from where it can answer; by the key unless told. */
  readonly group?: number | null | undefined;
  /** The shards the read still needs. */
  readonly shards: readonly number[];
  /** Whether the node may be asked at all: not out, and not one that has just failed this read. */
  readonly isUsable: (node: string) => boolean;
  readonly cost: (node: string) => number;
  /** Whether the node misses an accepted write to the shard. */
  readonly isStale: (node: string, shard: number) => boolean;
};

export type ReadPlan = {
  /** Each needed shard that somebody holds, once. */
  readonly assignments: readonly Assignment[];
  /** Shards nobody can answer for, ascending. */
  readonly missing: readonly number[];
  /** Shards for which only replicas that miss a write were left, ascending: their part of the answer may be old. */
  readonly stale: readonly number[];
};

/**
 * Plans who answers a read. One group answers all of it when it can; what it cannot answer is taken from the other
 * groups, and a replica that misses a write is asked only where no better one is left in any group.
 */
export function planRead(options: ReadPlanOptions): ReadPlan {
  const { placement, key, shards, isUsable, cost, isStale } = options;
  const first = options.group ?? chooseGroup({ placement, key, isUsable, shards }).group;
  const groups = [first, ...placement.groups.map(({ id }) => id).filter((id) => id !== first)];
  const byNode = new Map<string, number[]>();
  let needed = shards;

  function assign(group: number, avoid: (node: string, shard: number) => boolean): number[] {
    const set = coveringSet({ placement, group, isUsable, cost, avoid, shards: needed });
    const left = new Set([...set.missing, ...set.avoided]);
    const taken: number[] = [];
    for (const assignment of set.assignments) {
      const fresh = assignment.shards.filter((shard) => !left.has(shard));
      if (fresh.length === 0) continue;
      byNode.set(assignment.node, [...(byNode.get(assignment.node) ?? []), ...fresh]);
      taken.push(...fresh);
    }
    needed = [...left];
    return taken;
  }

  for (const group of groups) if (needed.length > 0) assign(group, isStale);
  const stale = groups.flatMap((group) => (needed.length > 0 ? assign(group, () => false) : []));
  return {
    assignments: [...byNode].map(([node, list]) => ({ node, shards: ascending(list) })),
    missing: ascending(needed),
    stale: ascending(stale),
  };
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
