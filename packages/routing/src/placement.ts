import { xxh64 } from "./hash.ts";
import { MAX_SHARDS } from "./shard.ts";

/** What the operator configures: node ids are unique over all groups, order within a group does not matter. */
export type Topology = {
  readonly shards: number;
  readonly replicationFactor: number;
  readonly groups: readonly ReplicaGroup[];
};

export type ReplicaGroup = { readonly id: number; readonly nodes: readonly string[] };

/**
 * Who holds what, as plain data that can be printed and compared. Made once per topology, so that routing a document is
 * one hash and one look-up.
 */
export type Placement = {
  readonly shards: number;
  readonly replicationFactor: number;
  readonly groups: readonly ReplicaGroup[];
  /** `owners[groupIndex][shard]`: ids of the nodes that hold the shard in that group, best rank first. */
  readonly owners: readonly (readonly (readonly string[])[])[];
  /** All node ids, group by group. */
  readonly nodes: readonly string[];
  /** `targets[shard]`: positions in `nodes` of every owner of the shard, over all groups. */
  readonly targets: readonly (readonly number[])[];
};

/** A topology no placement can be made of. The message lists every mistake. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
}

/**
 * Places every shard on `replicationFactor` nodes of each group by rendezvous hashing: a node's weight for a shard is a
 * hash of the pair, and the highest weights win (Thaler and Ravishankar, "Using name-based mappings to increase hit
 * rates", IEEE/ACM Transactions on Networking 6(1), 1998). A node that joins takes only the shards it now wins; one that
 * leaves gives up only its own; no other shard moves.
 *
 * @throws TopologyError when the topology is not valid
 */
export function createPlacement(topology: Topology): Placement {
  const mistakes = findMistakes(topology);
  if (mistakes.length > 0) throw new TopologyError(mistakes.join("; "));
  const { shards, replicationFactor } = topology;
  const groups = topology.groups.map(({ id, nodes }) => ({ id, nodes: [...nodes] }));
  const nodes = groups.flatMap((group) => group.nodes);
  const positions = new Map(nodes.map((node, position) => [node, position]));

  const owners = groups.map((group) =>
    Array.from({ length: shards }, (_, shard) => rank(group.nodes, String(shard)).slice(0, replicationFactor)),
  );
  const targets = Array.from({ length: shards }, (_, shard) =>
    owners.flatMap((table) => (table[shard] ?? []).map((node) => positions.get(node) ?? 0)),
  );
  return { shards, replicationFactor, groups, owners, nodes, targets };
}

/**
 * Names ordered by their rendezvous weight for `key`, best first: XXH64 of name, NUL and key. Equal weights, which need a
 * 64-bit collision, fall back to the names' own order.
 */
export function rank(names: readonly string[], key: string): string[] {
  return names
    .map((name) => ({ name, weight: xxh64(`${name}\u0000${key}`) }))
    .sort((a, b) => (a.weight === b.weight ? (a.name < b.name ? -1 : 1) : a.weight > b.weight ? -1 : 1))
    .map(({ name }) => name);
}

/** Every node that holds `shard`, over all groups. */
export function nodesOfShard(placement: Placement, shard: number): string[] {
  return placement.owners.flatMap((table) => table[shard] ?? []);
}

/** The shards `node` holds, ascending; none for a node that is not in the placement. */
export function shardsOfNode(placement: Placement, node: string): number[] {
  const position = placement.nodes.indexOf(node);
  return placement.targets.flatMap((targets, shard) => (targets.includes(position) ? [shard] : []));
}

/**
 * The position of a replica group in the placement's tables.
 *
 * @throws RangeError when there is no such group
 */
export function indexOfGroup(placement: Placement, group: number): number {
  const index = placement.groups.findIndex(({ id }) => id === group);
  if (index < 0) throw new RangeError(`there is no replica group ${group}`);
  return index;
}

function findMistakes({ shards, replicationFactor, groups }: Topology): string[] {
  const mistakes: string[] = [];
  if (!Number.isInteger(shards) || shards < 1 || shards > MAX_SHARDS) {
    mistakes.push(`shards must be an integer from 1 to ${MAX_SHARDS}, not ${shards}`);
  }
  if (!Number.isInteger(replicationFactor) || replicationFactor < 1) {
    mistakes.push(`the replication factor must be a positive integer, not ${replicationFactor}`);
  }
  if (groups.length === 0) mistakes.push("at least one replica group is needed");
  for (const id of duplicates(groups.map((group) => group.id))) mistakes.push(`replica group ${id} is listed twice`);
  for (const node of duplicates(groups.flatMap((group) => group.nodes)))
    mistakes.push(`node "${node}" is listed twice`);
  for (const { id, nodes } of groups) {
    if (nodes.some((node) => node === "")) mistakes.push(`replica group ${id} has a node without an id`);
    if (nodes.length < replicationFactor) {
      mistakes.push(
        `replica group ${id} has ${nodes.length} nodes, fewer than the replication factor ${replicationFactor}`,
      );
    }
  }
  return mistakes;
}

function duplicates<T>(values: readonly T[]): Set<T> {
  const seen = new Set<T>();
  const repeated = new Set<T>();
  for (const value of values) (seen.has(value) ? repeated : seen).add(value);
  return repeated;
}
