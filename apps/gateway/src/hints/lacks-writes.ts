import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";

/** Whether a copy of a shard is without writes that a read has to see: accepted ones that the node missed, or its session's own. */
export const lacksWrites = (
  { hints }: Pick<Context, "hints">,
  { physicalUid, reading }: IndexName,
  node: string,
  shard: number,
): boolean =>
  hints.isDistrusted(node) || hints.isStale(node, physicalUid, shard) || reading?.lacks(node, shard) === true;
