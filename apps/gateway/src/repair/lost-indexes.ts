import { NodeFailure } from "@miroir/meilisearch";
import { SHARD_FIELD, shardsOfNode } from "@miroir/routing";
import type { IndexRow } from "@miroir/schema";
import type { Cluster } from "../cluster/cluster.ts";
import type { RepairDeps } from "./deps.ts";
import { ask, isIdle, RepairFailure } from "./node-tasks.ts";

type LossDeps = Pick<RepairDeps, "cluster" | "hints">;

/** A node that has just come back has a queue to work off. */
const DRAIN_MS = 10_000;
const LOOK_MS = 5_000;

/**
 * Looks whether a node still has the indexes that it should have, and notes those that it lost: one that came back empty, or that was
 * given documents since, so that the index is there again without the marker's rule. Their copies are not read until they are filled.
 *
 * @returns how many were lost. @throws RepairFailure, NodeFailure, StoreError
 */
export async function noteLostIndexes(deps: RepairDeps, node: string, rows: readonly IndexRow[]): Promise<number> {
  const { cluster, store, log } = deps;
  let lost = 0;
  for (const { uid, physicalUid } of rows) {
    if (isAllNoted(deps, node, physicalUid) || (await hasIndex(cluster, node, physicalUid))) continue;
    // In the making or on its way out, it may be missing while all is well.
    if (!(await isIdle(cluster, node, physicalUid, DRAIN_MS)) || (await hasIndex(cluster, node, physicalUid))) continue;
    if ((await store.indexes.get(uid))?.physicalUid !== physicalUid) continue;
    log.warn({ node, index: uid }, "a node has lost an index; it is filled again");
    await noteAll(deps, node, physicalUid);
    lost++;
  }
  return lost;
}

/**
 * Looks whether a node that denies one of its tasks has lost the index, and notes that. Where it does not answer nothing is known.
 * @throws StoreError
 */
export async function noteIfLost(deps: LossDeps, node: string, physicalUid: string): Promise<void> {
  try {
    if (!(await hasIndex(deps.cluster, node, physicalUid))) await noteAll(deps, node, physicalUid);
  } catch (error) {
    if (!(error instanceof NodeFailure) && !(error instanceof RepairFailure)) throw error;
  }
}

/** Whether a node has an index as it was made here: one that documents made anew has no rule for the marker. @throws RepairFailure, NodeFailure */
export async function hasIndex(cluster: Cluster, node: string, physicalUid: string): Promise<boolean> {
  const path = `/indexes/${physicalUid}/settings/filterable-attributes`;
  const rules = await ask(cluster, node, { method: "GET", path, deadlineMs: LOOK_MS });
  return rules !== null && hasMarkerRule(rules);
}

/** Notes all copies of a node that is known to have lost them, whatever it has been given since. @throws StoreError */
export async function noteLostNode(deps: RepairDeps, node: string, rows: readonly IndexRow[]): Promise<void> {
  for (const { physicalUid } of rows) await noteAll(deps, node, physicalUid);
}

/** Notes that a node's copies of all shards of an index have to be repaired. @throws StoreError */
export const noteAll = ({ cluster, hints }: LossDeps, node: string, physicalUid: string): Promise<void> =>
  hints.note(node, physicalUid, shardsOfNode(cluster.placement, node));

/** Whether that is noted already. */
export const isAllNoted = ({ cluster, hints }: LossDeps, node: string, physicalUid: string): boolean =>
  shardsOfNode(cluster.placement, node).every((shard) => hints.isStale(node, physicalUid, shard));

/**
 * Whether settings, or the filterable attributes among them, (JSON) have the marker's rule; without it, the index was made anew by documents
 * that came after a loss.
 */
export const hasMarkerRule = (settings: string): boolean => settings.includes(SHARD_FIELD);
