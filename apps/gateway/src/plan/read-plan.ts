import { type Assignment, chooseGroup, coveringSet, type Placement } from "@miroir/routing";
import { weighNodes } from "./node-weights.ts";

export type ReadPlanOptions = {
  readonly placement: Placement;
  /** What the read is about without its paging: all pages of a query then come from one group, and there from the same nodes. */
  readonly key: string;
  /** The group to read from where it can answer; by the key unless told. */
  readonly group?: number | null | undefined;
  /** The shards the read still needs. */
  readonly shards: readonly number[];
  /** Whether the node may be asked at all: not out, and not one that has just failed this read. */
  readonly isUsable: (node: string) => boolean;
  /** The expected wait in ms. */
  readonly cost: (node: string) => number;
  /** Whether the node misses an accepted write to the shard. */
  readonly isStale: (node: string, shard: number) => boolean;
  /** Whether the node is to be left alone where another is as good: too busy, or on probation. */
  readonly isSpared: (node: string) => boolean;
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
 * groups. A node that is to be spared is asked only where no other has the shard as it should be, and a replica that misses a write
 * only where no better one is left in any group.
 */
export function planRead(options: ReadPlanOptions): ReadPlan {
  const { placement, key, shards, isUsable, isStale, isSpared } = options;
  const first = options.group ?? groupFor(options);
  const groups = [first, ...placement.groups.map(({ id }) => id).filter((id) => id !== first)];
  const byNode = new Map<string, number[]>();
  let needed = shards;

  function assign(group: number, avoid: (node: string, shard: number) => boolean): number[] {
    const nodes = placement.groups.find(({ id }) => id === group)?.nodes.filter(isUsable) ?? [];
    const weights = weighNodes(nodes, key, options.cost);
    const set = coveringSet({ placement, group, isUsable, ...weights, avoid, shards: needed });
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

  const assignAll = (avoid: (node: string, shard: number) => boolean) =>
    groups.flatMap((group) => (needed.length > 0 ? assign(group, avoid) : []));
  assignAll((node, shard) => isSpared(node) || isStale(node, shard));
  assignAll(isStale);
  const stale = assignAll(() => false);
  return {
    assignments: [...byNode].map(([node, list]) => ({ node, shards: ascending(list) })),
    missing: ascending(needed),
    stale: ascending(stale),
  };
}

/** The key's group, of those that can answer without a node that is to be spared; else of those that can answer at all. */
function groupFor({ placement, key, shards, isUsable, isSpared }: ReadPlanOptions): number {
  const unspared = chooseGroup({ placement, key, shards, isUsable: (node) => isUsable(node) && !isSpared(node) });
  return unspared.complete ? unspared.group : chooseGroup({ placement, key, shards, isUsable }).group;
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}
