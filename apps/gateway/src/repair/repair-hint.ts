import type { WriteHintRow } from "@miroir/schema";
import { ANY_NODE } from "../hints/hints.ts";
import { namesBehind } from "../indexes/physical-uid.ts";
import type { RepairDeps } from "./deps.ts";
import { deleteIndex } from "./index-on-node.ts";
import { type RepairOutcome, repairShards } from "./repair-shards.ts";

/**
 * Does what one hint asks for: brings copies into line, or takes what is left of an index that is gone from the node.
 * @throws RepairFailure, NodeFailure, StoreError
 */
export async function repairHint(deps: RepairDeps, hint: WriteHintRow): Promise<RepairOutcome> {
  const { store, hints, cluster, indexLocks } = deps;
  const row = await store.indexes.getByPhysicalUid(hint.indexUid);
  if (row !== null) return repairShards(deps, row, hint);
  const nodes = hint.nodeId === ANY_NODE ? cluster.nodeIds : [hint.nodeId];
  if (!nodes.every((node) => cluster.isUsable(node))) return "waiting";
  // In turn: an index in the making is on nodes before it has a row.
  return indexLocks.runAll(namesBehind(hint.indexUid), async () => {
    if ((await store.indexes.getByPhysicalUid(hint.indexUid)) !== null) return "waiting";
    for (const node of nodes) await deleteIndex(deps, node, hint.indexUid);
    await hints.settle(hint, hint.shards);
    return "repaired";
  });
}
