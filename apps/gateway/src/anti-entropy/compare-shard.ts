import { nodesOfShard, xxh64 } from "@miroir/routing";
import type { IndexRow } from "@miroir/schema";
import type { Cluster } from "../cluster/cluster.ts";
import type { Hints } from "../hints/hints.ts";
import type { ShardCopy } from "../plan/repair-plan.ts";
import { isIdle } from "../repair/node-tasks.ts";
import { readCopy } from "../repair/shard-copies.ts";

export interface CompareDeps {
  readonly cluster: Cluster;
  readonly hints: Pick<Hints, "isStale">;
  /** The pause between two pages of documents, ms. */
  readonly pauseMs: number;
}

export type Comparison = "equal" | "different" | "skipped";

/** How long a second look waits for what was under way at the first. */
const DRAIN_MS = 10_000;
const MASK = (1n << 64n) - 1n;

/**
 * Compares the copies of a shard in all groups by a digest of their content, apart from those that wait for repair anyway. Writes under way
 * make a difference for a moment, so that one is believed only when it is there again once the nodes have worked off their queues.
 *
 * @throws RepairFailure, NodeFailure
 */
export async function compareShard(deps: CompareDeps, index: IndexRow, shard: number): Promise<Comparison> {
  const { cluster, hints } = deps;
  const owners = nodesOfShard(cluster.placement, shard);
  const nodes = owners.filter((node) => cluster.isUsable(node) && !hints.isStale(node, index.physicalUid, shard));
  if (nodes.length < 2) return "skipped";
  const isEqual = async () => {
    const digests: bigint[] = [];
    // One after the other: a copy is in memory as a list of its documents.
    for (const node of nodes) digests.push(digestOf(await readCopy(deps, node, index, shard)));
    return digests.every((digest) => digest === digests[0]);
  };
  if (await isEqual()) return "equal";
  const idle = await Promise.all(nodes.map((node) => isIdle(cluster, node, index.physicalUid, DRAIN_MS)));
  if (idle.includes(false)) return "skipped";
  return (await isEqual()) ? "equal" : "different";
}

/** The same for the same documents, in whatever order they are. */
function digestOf({ documents }: ShardCopy): bigint {
  let sum = BigInt(documents.size);
  for (const [id, { hash }] of documents) sum = (sum + xxh64(`${id}\u0000${hash}`)) & MASK;
  return sum;
}
