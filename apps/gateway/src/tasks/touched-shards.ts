import type { Placement } from "@miroir/routing";

/**
 * The shards a write may have touched, as far as the nodes that took it tell: those of which all owners in a group took part.
 * Used after a restart, when the list that came with the write is gone; more shards than were touched make a task wait longer
 * for a node that is out, never shorter. A write that few nodes took (none complete) may have touched all they own.
 */
export function touchedShards(placement: Placement, nodes: readonly string[]): number[] {
  const took = new Set(nodes);
  const shards = [...placement.targets.keys()];
  const ownersIn = (shard: number) => placement.owners.map((table) => table[shard] ?? []);
  const complete = shards.filter((shard) => ownersIn(shard).some((owners) => owners.every((node) => took.has(node))));
  if (complete.length > 0) return complete;
  return shards.filter((shard) => ownersIn(shard).some((owners) => owners.some((node) => took.has(node))));
}
