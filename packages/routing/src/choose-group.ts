import { indexOfGroup, type Placement, rank } from "./placement.ts";

export type ChooseGroupOptions = {
  readonly placement: Placement;
  /** What the read is about without its paging, so that all pages of a query are read from one group. */
  readonly key: string;
  readonly isUsable: (node: string) => boolean;
  /** The shards the read needs; all of them by default. */
  readonly shards?: readonly number[];
};

export type GroupChoice = {
  readonly group: number;
  /** Every needed shard has a usable node in the group. */
  readonly complete: boolean;
};

/**
 * Chooses the group that answers a read: the first in the key's rendezvous order that has a usable node for every needed
 * shard, else the one that lacks the fewest.
 */
export function chooseGroup({ placement, key, isUsable, shards }: ChooseGroupOptions): GroupChoice {
  const needed = shards ?? [...placement.targets.keys()];
  const usable = new Set(placement.nodes.filter(isUsable));
  const order = rank(
    placement.groups.map(({ id }) => String(id)),
    key,
  ).map(Number);

  let best: { group: number; lacking: number } | undefined;
  for (const group of order) {
    const owners = placement.owners[indexOfGroup(placement, group)] ?? [];
    const lacking = needed.filter((shard) => !owners[shard]?.some((node) => usable.has(node))).length;
    if (lacking === 0) return { group, complete: true };
    if (!best || lacking < best.lacking) best = { group, lacking };
  }
  if (!best) throw new RangeError("a placement without groups cannot answer");
  return { group: best.group, complete: false };
}
