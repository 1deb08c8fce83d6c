import { type Placement, rank } from "./placement.ts";

export type CoveringSetOptions = {
  readonly placement: Placement;
  /** Id of the replica group that answers. */
  readonly group: number;
  /** Whether the node may be asked at all. */
  readonly isUsable: (node: string) => boolean;
  /** What asking the node costs, such as its expected latency in ms; not negative, in any one unit. */
  readonly cost: (node: string) => number;
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

type Candidate = { readonly node: string; readonly cost: number; readonly shards: Set<number> };

/**
 * Chooses the nodes of one group that answer a read. Nodes are taken greedily by cost per shard newly covered (Chvátal,
 * "A greedy heuristic for the set-covering problem", 1979), nodes made superfluous by later ones are dropped, and the
 * shards are then spread over the chosen nodes, since a read waits for its slowest part. The same input gives the same
 * set.
 *
 * @throws RangeError when the placement has no such group
 */
export function coveringSet(options: CoveringSetOptions): CoveringSet {
  const { placement } = options;
  const groupIndex = indexOfGroup(placement, options.group);
  const shards = options.shards ? [...new Set(options.shards)].sort((a, b) => a - b) : [...placement.targets.keys()];
  const candidates = (placement.groups[groupIndex]?.nodes ?? [])
    .filter((node) => options.isUsable(node))
    .map((node): Candidate => ({ node, cost: sanitizeCost(options.cost(node)), shards: new Set() }));
  const byNode = new Map(candidates.map((candidate) => [candidate.node, candidate]));

  const missing: number[] = [];
  const avoided: number[] = [];
  for (const shard of shards) {
    const holders = (placement.owners[groupIndex]?.[shard] ?? []).flatMap((node) => byNode.get(node) ?? []);
    const preferred = holders.filter(({ node }) => !options.avoid?.(node, shard));
    if (holders.length === 0) missing.push(shard);
    else if (preferred.length === 0) avoided.push(shard);
    for (const { shards } of preferred.length > 0 ? preferred : holders) shards.add(shard);
  }

  const chosen = dropSuperfluous(chooseGreedily(candidates));
  return { assignments: spread(candidates.filter((candidate) => chosen.includes(candidate))), missing, avoided };
}

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

function indexOfGroup(placement: Placement, group: number): number {
  const index = placement.groups.findIndex(({ id }) => id === group);
  if (index < 0) throw new RangeError(`there is no replica group ${group}`);
  return index;
}

function sanitizeCost(cost: number): number {
  // A node whose cost is not known yet may come as NaN; it must not win every comparison.
  return Number.isNaN(cost) ? Number.POSITIVE_INFINITY : Math.max(0, cost);
}

function chooseGreedily(candidates: readonly Candidate[]): Candidate[] {
  const uncovered = new Set(candidates.flatMap(({ shards }) => [...shards]));
  const chosen: Candidate[] = [];
  while (uncovered.size > 0) {
    let best: { candidate: Candidate; gain: number } | undefined;
    for (const candidate of candidates) {
      const gain = [...candidate.shards].filter((shard) => uncovered.has(shard)).length;
      if (gain > 0 && (!best || isBetter({ candidate, gain }, best))) best = { candidate, gain };
    }
    if (!best) break;
    chosen.push(best.candidate);
    for (const shard of best.candidate.shards) uncovered.delete(shard);
  }
  return chosen;
}

type Offer = { readonly candidate: Candidate; readonly gain: number };

function isBetter(a: Offer, b: Offer): boolean {
  const costA = a.candidate.cost * b.gain;
  const costB = b.candidate.cost * a.gain;
  return costA === costB ? a.gain > b.gain : costA < costB;
}

function dropSuperfluous(chosen: readonly Candidate[]): Candidate[] {
  const kept = new Set(chosen);
  const dearestFirst = [...chosen].sort((a, b) => (a.cost === b.cost ? 0 : b.cost - a.cost));
  for (const candidate of dearestFirst) {
    const others = [...kept].filter((other) => other !== candidate);
    if ([...candidate.shards].every((shard) => others.some((other) => other.shards.has(shard)))) kept.delete(candidate);
  }
  return [...kept];
}

function spread(chosen: readonly Candidate[]): Assignment[] {
  const loads = new Map<Candidate, number[]>(chosen.map((candidate) => [candidate, []]));
  const shards = new Set(chosen.flatMap((candidate) => [...candidate.shards]));
  const choices = [...shards].map((shard) => ({ shard, holders: chosen.filter((holder) => holder.shards.has(shard)) }));
  // Shards with one holder first: what they weigh is known before there is anything to balance.
  choices.sort((a, b) => a.holders.length - b.holders.length || a.shard - b.shard);
  for (const { shard, holders } of choices) {
    let best: { load: number[]; weight: number } | undefined;
    for (const holder of holders) {
      const load = loads.get(holder) ?? [];
      const weight = (load.length + 1) * holder.cost;
      const isLighter = !best || weight < best.weight || (weight === best.weight && load.length < best.load.length);
      if (isLighter) best = { load, weight };
    }
    best?.load.push(shard);
  }
  return [...loads].flatMap(([{ node }, load]) =>
    load.length > 0 ? [{ node, shards: load.sort((a, b) => a - b) }] : [],
  );
}
