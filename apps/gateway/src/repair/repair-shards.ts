import { nodesOfShard } from "@miroir/routing";
import type { IndexRow, WriteHintRow } from "@miroir/schema";
import type { Turn } from "../context.ts";
import { ANY_NODE } from "../hints/hints.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import { type CopyChange, isEmptyChange, planAgreement, planFill } from "../plan/repair-plan.ts";
import type { RepairDeps } from "./deps.ts";
import { areIdle, matchIndex, recoverIndex } from "./index-on-node.ts";
import { hasIndex } from "./lost-indexes.ts";
import { LostIndex } from "./node-tasks.ts";
import { applyChange, readCopy } from "./shard-copies.ts";
import { hasUndecidedWrites } from "./undecided-writes.ts";

/** What a repair has come to: `waiting` for nodes that are out or busy, or for a copy that can be relied upon. */
export type RepairOutcome = "repaired" | "waiting";

/** The nodes whose copies are made equal; the last resort: none of them has all. */
interface Parties {
  readonly nodes: readonly string[];
  readonly isLastResort: boolean;
}

/** How often copies are made equal beside live writes, which may undo it, before writes are kept waiting for the last time. */
const FREE_PASSES = 3;
const LAST_PASSES = 3;
/** For how long at most one shard after the other is looked at while writes wait. */
const TURN_MS = 500;

/**
 * Brings the copies of some shards into line: a node's with a copy that can be relied upon, or, for no node in particular, all with each
 * other. The first is done beside live writes at first. The last time it is done in the index's turn, when all nodes concerned have worked
 * off their queues: then what is equal is equal, and the hint is settled.
 *
 * @throws RepairFailure, NodeFailure, StoreError
 */
export async function repairShards(deps: RepairDeps, row: IndexRow, hint: WriteHintRow): Promise<RepairOutcome> {
  const { cluster, hints, indexLocks } = deps;
  const { placement } = cluster;
  const { physicalUid } = row;
  const isOfAll = hint.nodeId === ANY_NODE;
  const isClean = (node: string, shard: number) => !lacksWrites(deps, row, node, shard);

  /** The nodes whose copies are made equal, the one to be followed first; `null` while that cannot be done. */
  function partiesOf(shard: number): Parties | null {
    const owners = nodesOfShard(placement, shard);
    const areUsable = owners.every((node) => cluster.isUsable(node));
    const clean = owners.filter((node) => isClean(node, shard));
    // Each misses something: whoever had all has lost it. What is left is put together.
    if (clean.length === 0) return areUsable ? { nodes: owners, isLastResort: true } : null;
    if (isOfAll) return clean.every((node) => cluster.isUsable(node)) ? { nodes: clean, isLastResort: false } : null;
    const source = clean.find((node) => cluster.isUsable(node));
    return source === undefined ? null : { nodes: [source, hint.nodeId], isLastResort: false };
  }

  async function changesOf(shard: number, nodes: readonly string[], isLastResort: boolean): Promise<CopyChange[]> {
    const copies = await Promise.all(nodes.map((node) => readCopy(deps, node, row, shard)));
    const [source, target] = copies;
    const isPair = !isOfAll && !isLastResort && source && target;
    return (isPair ? [planFill(source, target)] : planAgreement(copies, isLastResort)).filter((c) => !isEmptyChange(c));
  }

  /** @returns whether nothing was different. @throws MeilisearchError miroir_no_turn when the turn that it was done in is over */
  async function pass(shard: number, { nodes, isLastResort }: Parties, within?: Turn | null): Promise<boolean> {
    if (row.primaryKey === null) return true;
    const changes = await changesOf(shard, nodes, isLastResort);
    for (const change of changes) {
      // What came since in the turn of another would be undone.
      const { copied, removed } = await applyChange(deps, row, change, async () => within?.ready());
      deps.metrics.repairedDocuments.inc({ change: "copied" }, copied);
      deps.metrics.repairedDocuments.inc({ change: "removed" }, removed);
    }
    return changes.length === 0;
  }

  async function matchNodes({ nodes, isLastResort }: Parties): Promise<boolean> {
    if (isLastResort) return recoverIndex(deps, row, nodes);
    const [source, ...targets] = nodes;
    if (source === undefined) return true;
    const matched = await Promise.all(targets.map((target) => matchIndex(deps, row, { source, target })));
    return !matched.includes(false);
  }

  /** Within the turn. @returns the shards that are left. */
  async function finish(shards: readonly number[]): Promise<readonly number[]> {
    const turn = indexLocks.turnOf(row.uid);
    const present = await deps.store.writeHints.get(hint.nodeId, physicalUid);
    if (present === null) return [];
    const index = await deps.store.indexes.get(row.uid);
    if (index?.physicalUid !== physicalUid || index.primaryKey !== row.primaryKey) return shards;
    const until = performance.now() + TURN_MS;
    let at = 0;
    for (; at < shards.length && (at === 0 || performance.now() < until); at++) {
      const shard = shards[at] ?? 0;
      const parties = partiesOf(shard);
      if (parties === null) return shards.slice(at);
      if (!(await areIdle(deps, parties.nodes, physicalUid))) return shards.slice(at);
      const [source] = parties.nodes;
      const isFilled = !isOfAll && !parties.isLastResort && source !== undefined;
      if (isFilled && (await hasUndecidedWrites(deps, physicalUid, { source, target: hint.nodeId })))
        return shards.slice(at);
      await turn?.ready();
      if (!(await matchNodes(parties))) return shards.slice(at);
      let isEqual = false;
      for (let left = LAST_PASSES; left > 0 && !isEqual; left--) isEqual = await pass(shard, parties, turn);
      if (!isEqual) return shards.slice(at);
      if (parties.isLastResort) await settleAll(shard, turn?.fence);
      else await hints.settle(present, [shard], turn?.fence);
    }
    return shards.slice(at);
  }

  async function settleAll(shard: number, fence: Turn["fence"] | undefined): Promise<void> {
    // Before the hints go, with which answers stop to say that something is missing.
    deps.metrics.lastResortShards.inc();
    deps.log.error({ index: row.uid, shard }, "every copy of a shard missed writes: what they have was put together");
    for (const other of hints.list())
      if (other.indexUid === physicalUid && other.shards.includes(shard)) await hints.settle(other, [shard], fence);
  }

  // Shards that the node does not hold any more need no repair.
  const held = hint.shards.filter((shard) => isOfAll || nodesOfShard(placement, shard).includes(hint.nodeId));
  const dropped = hint.shards.filter((shard) => !held.includes(shard));
  if (dropped.length > 0) await hints.settle(hint, dropped);

  const ready = held.filter((shard) => partiesOf(shard) !== null);
  const [first] = ready;
  if (first === undefined) return held.length === 0 ? "repaired" : "waiting";
  const sources = new Set(
    ready.flatMap((shard) => (partiesOf(shard)?.nodes ?? []).filter((node) => isClean(node, shard))),
  );
  for (const node of sources) {
    // Else a node whose loss nothing has told of would be relied upon again and again.
    if (!(await hasIndex(cluster, node, physicalUid))) throw new LostIndex(node, physicalUid);
  }
  const isMatched = await indexLocks.run(row.uid, async () => {
    const parties = partiesOf(first);
    if (parties === null || !(await areIdle(deps, parties.nodes, physicalUid))) return false;
    await indexLocks.turnOf(row.uid)?.ready();
    return matchNodes(parties);
  });
  if (!isMatched && !(await areIdle(deps, partiesOf(first)?.nodes ?? [], physicalUid))) return "waiting";
  for (const shard of ready) {
    const parties = partiesOf(shard);
    // Beside live writes, what a copy had a moment ago would be written over what has come since: on a copy that is read, or the only
    // ones left, where it would also bring back what was deleted.
    if (parties === null || isOfAll || parties.isLastResort) continue;
    for (let left = FREE_PASSES; left > 0; left--) if (await pass(shard, parties)) break;
  }
  for (let rest: readonly number[] = ready; rest.length > 0; ) {
    const left = await indexLocks.run(row.uid, () => finish(rest));
    if (left.length === rest.length) return "waiting";
    rest = left;
  }
  return ready.length === held.length ? "repaired" : "waiting";
}
