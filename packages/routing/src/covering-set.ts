import { indexOfGroup, type Placement } from "./placement.ts";

export type CoveringSetOptions = {
  readonly placement: Placement;
  /** Id of the replica group that answers. */
  readonly group: number;
  /** Whether the node may be asked at all. */
  readonly isUsable: (node: string) => boolean;
  /** What asking the node costs, such as its expected latency in ms; not negative, in any one unit. */
  readonly cost: (node: string) => number;
  /** By how much a node is dearer when nodes are chosen, and not when shards are spread over those chosen: 1 unless told. */
  readonly handicap?: (node: string) => number;
  /** Replicas that may be behind: asked for a shard only when no other usable node holds it. */
  readonly avoid?: (node: string, shard: number) => boolean;
  /** The shards the read needs; all of them by default. */
  readonly shards?: readonly number[];
};

export type CoveringSet = {
  /** Which node answers for which shards (ascending), in the group's node order. Every shard not missing is here once. */
  readonly assignments: readonly Assignment[];
  /** Shards that no usable node of the group holds, ascending. */
  readonly missing: readonly number[];
  /** Assigned shards for which only replicas to avoid were left, ascending. */
  readonly avoided: readonly number[];
};

export type Assignment = { readonly node: string; readonly shards: readonly number[] };

/** A usable node of the group, with positions in the list of needed shards; `price` is its cost with its handicap. */
type Candidate = { readonly node: string; readonly cost: number; readonly price: number; readonly shards: number[] };

/**
 * Chooses the nodes of one group that answer a read. Nodes are taken greedily by cost per shard newly covered (Chvátal,
 * "A greedy heuristic for the set-covering problem", 1979), nodes made superfluous by later ones are dropped, and the
 * shards are then spread over the chosen nodes, since a read waits for its slowest part. The same input gives the same
 * set. Runs for every read, so it takes time in proportion to shards times replicas.
 *
 * @throws RangeError when the placement has no such group
 */
export function coveringSet(options: CoveringSetOptions): CoveringSet {
  const { placement, avoid, handicap = () => 1 } = options;
  const groupIndex = indexOfGroup(placement, options.group);
  const shards = options.shards ? [...new Set(options.shards)].sort((a, b) => a - b) : [...placement.targets.keys()];
  const candidates = (placement.groups[groupIndex]?.nodes ?? [])
    .filter((node) => options.isUsable(node))
    .map((node): Candidate => {
      const cost = sanitizeCost(options.cost(node));
      return { node, cost, price: cost * handicap(node), shards: [] };
    });
  const byNode = new Map(candidates.map((candidate) => [candidate.node, candidate]));

  const missing: number[] = [];
  const avoided: number[] = [];
  const holders = shards.map((shard, position) => {
    const owners = placement.owners[groupIndex]?.[shard] ?? [];
    const usable: Candidate[] = [];
    for (const node of owners) {
      const candidate = byNode.get(node);
      if (candidate) usable.push(candidate);
    }
    const preferred = avoid ? usable.filter(({ node }) => !avoid(node, shard)) : usable;
    if (usable.length === 0) missing.push(shard);
    else if (preferred.length === 0) avoided.push(shard);
    const chosen = preferred.length > 0 ? preferred : usable;
    for (const candidate of chosen) candidate.shards.push(position);
    return chosen;
  });

  const kept = dropSuperfluous(chooseGreedily(candidates, holders), shards.length);
  return { assignments: spread(candidates, kept, holders, shards), missing, avoided };
}

function sanitizeCost(cost: number): number {
  // A node whose cost is not known yet may come as NaN; it must not win every comparison.
  return Number.isNaN(cost) ? Number.POSITIVE_INFINITY : Math.max(0, cost);
}

function chooseGreedily(candidates: readonly Candidate[], holders: readonly (readonly Candidate[])[]): Candidate[] {
  const gains = new Map(candidates.map((candidate) => [candidate, candidate.shards.length]));
  const isCovered = new Uint8Array(holders.length);
  const chosen: Candidate[] = [];
  for (;;) {
    let best: Offer | undefined;
    for (const [candidate, gain] of gains) {
      if (gain > 0 && (!best || isBetter({ candidate, gain }, best))) best = { candidate, gain };
    }
    if (!best) return chosen;
    chosen.push(best.candidate);
    for (const position of best.candidate.shards) {
      if (isCovered[position]) continue;
      isCovered[position] = 1;
      for (const holder of holders[position] ?? []) gains.set(holder, (gains.get(holder) ?? 0) - 1);
    }
  }
}

type Offer = { readonly candidate: Candidate; readonly gain: number };

function isBetter(a: Offer, b: Offer): boolean {
  const costA = a.candidate.price * b.gain;
  const costB = b.candidate.price * a.gain;
  return costA === costB ? a.gain > b.gain : costA < costB;
}

function dropSuperfluous(chosen: readonly Candidate[], shardCount: number): Set<Candidate> {
  const kept = new Set(chosen);
  const covers = new Uint32Array(shardCount);
  const add = ({ shards }: Candidate, change: number) => {
    for (const position of shards) covers[position] = (covers[position] ?? 0) + change;
  };
  for (const candidate of chosen) add(candidate, 1);
  const dearestFirst = [...chosen].sort((a, b) => (a.price === b.price ? 0 : b.price - a.price));
  for (const candidate of dearestFirst) {
    if (candidate.shards.some((position) => (covers[position] ?? 0) < 2)) continue;
    kept.delete(candidate);
    add(candidate, -1);
  }
  return kept;
}

function spread(
  candidates: readonly Candidate[],
  kept: ReadonlySet<Candidate>,
  holders: readonly (readonly Candidate[])[],
  shards: readonly number[],
): Assignment[] {
  const loads = new Map(candidates.map((candidate): [Candidate, number[]] => [candidate, []]));
  const choices = holders.map((all) => all.filter((holder) => kept.has(holder)));
  // Shards with one holder first: what they weigh is known before there is anything to balance.
  const positions = [...choices.keys()].sort((a, b) => (choices[a]?.length ?? 0) - (choices[b]?.length ?? 0) || a - b);
  for (const position of positions) {
    let best: { load: number[]; weight: number } | undefined;
    for (const holder of choices[position] ?? []) {
      const load = loads.get(holder) ?? [];
      const weight = (load.length + 1) * holder.cost;
      const isLighter = !best || weight < best.weight || (weight === best.weight && load.length < best.load.length);
      if (isLighter) best = { load, weight };
    }
    best?.load.push(shards[position] ?? 0);
  }
  return [...loads].flatMap(([{ node }, load]) =>
    load.length > 0 ? [{ node, shards: load.sort((a, b) => a - b) }] : [],
  );
}
