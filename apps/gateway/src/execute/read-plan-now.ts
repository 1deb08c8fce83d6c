import type { Context } from "../context.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import type { IndexName } from "../indexes/index-name.ts";
import type { ReadPlanOptions } from "../plan/read-plan.ts";
import type { SettingsReading } from "../settings/reading.ts";

export type ReadNow = Pick<ReadPlanOptions, "key" | "shards"> & {
  readonly index: IndexName;
  readonly settings: Pick<SettingsReading, "suffices" | "isBehind">;
  /** What `Cluster.spared` has said for this read. */
  readonly spared: ReadonlySet<string>;
  /** Nodes that are not to be asked by this read, whatever is known of them. */
  readonly isLeftOut?: (node: string) => boolean;
};

/** What a read is planned by: the nodes as they are at this moment, and what the session of the request wants. */
export function readPlanNow(
  { cluster, hints }: Pick<Context, "cluster" | "hints">,
  { index, key, shards, settings, spared, isLeftOut = () => false }: ReadNow,
): ReadPlanOptions {
  return {
    placement: cluster.placement,
    ...{ key, shards },
    isUsable: (node) => cluster.isUsable(node) && !isLeftOut(node) && settings.suffices(node),
    cost: (node) => cluster.cost(node),
    group: index.reading?.group,
    isStale: (node, shard) => lacksWrites({ hints }, index, node, shard) || settings.isBehind(node),
    isSpared: (node) => spared.has(node),
  };
}
