import { chooseGroup, coveringSet } from "@miroir/routing";
import type { Cluster } from "./cluster.ts";

/** Whether reads can be answered in full. `missingShards` are those the best group lacks. */
export interface Readiness {
  readonly ready: boolean;
  readonly missingShards: readonly number[];
}

/** A gateway is ready when some group has a usable node for every shard; it does not need every node. */
export function readinessOf(cluster: Cluster): Readiness {
  const { placement, isUsable } = cluster;
  const { group } = chooseGroup({ placement, key: "readiness", isUsable });
  const { missing } = coveringSet({ placement, group, isUsable, cost: () => 1 });
  return { ready: missing.length === 0, missingShards: missing };
}
