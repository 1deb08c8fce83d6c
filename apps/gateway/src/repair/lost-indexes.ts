import { SHARD_FIELD, shardsOfNode } from "@miroir/routing";
import type { IndexRow } from "@miroir/schema";
import type { RepairDeps } from "./deps.ts";
import { ask, isIdle } from "./node-tasks.ts";

/** A node that has just come back has a queue to work off. */
const DRAIN_MS = 10_000;

/**
 * Looks whether a node still has the indexes that it should have, and notes those that it lost: one that came back empty, or that was
 * given documents since, so that the index is there again without the marker's rule. Their copies are not read until they are filled.
 *
 * @returns how many were lost. @throws RepairFailure, NodeFailure, StoreError
 */
export async function noteLostIndexes(deps: RepairDeps, node: string, rows: readonly IndexRow[]): Promise<number> {
  const { cluster, hints, store, log } = deps;
  const shards = shardsOfNode(cluster.placement, node);
  let lost = 0;
  for (const { uid, physicalUid } of rows) {
    if (shards.every((shard) => hints.isStale(node, physicalUid, shard)) || !(await isLost(physicalUid))) continue;
    // In the making or on its way out, it may be missing while all is well.
    if (!(await isIdle(cluster, node, physicalUid, DRAIN_MS)) || !(await isLost(physicalUid))) continue;
    if ((await store.indexes.get(uid))?.physicalUid !== physicalUid) continue;
    log.warn({ node, index: uid }, "a node has lost an index; it is filled again");
    await hints.note(node, physicalUid, shards);
    lost++;
  }
  return lost;

  async function isLost(physicalUid: string): Promise<boolean> {
    const path = `/indexes/${physicalUid}/settings/filterable-attributes`;
    const rules = await ask(cluster, node, { method: "GET", path });
    return rules === null || !rules.includes(SHARD_FIELD);
  }
}
