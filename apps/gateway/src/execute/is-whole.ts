import { NodeFailure } from "@miroir/meilisearch";
import { narrowFilter } from "@miroir/routing";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { nodeDeadlineMs, readTerms } from "../reads/read-terms.ts";
import { isLost } from "./no-node-has.ts";

/**
 * Whether a node has the index as it was made here, or is about to: whether the marker can be filtered by. One that was emptied, and was
 * given the index anew by a write, lacks all that it had. One that does not answer is not whole.
 */
export async function isWhole(context: Context, node: string, index: IndexName, shard: number): Promise<boolean> {
  try {
    const { status } = await context.cluster.request(node, {
      method: "POST",
      path: nodePath(index, "/documents/fetch"),
      body: JSON.stringify({ filter: narrowFilter(null, [shard]), limit: 0 }),
      deadlineMs: nodeDeadlineMs(context, readTerms(context)),
      isRead: true,
    });
    // An index in the making is there a moment before the marker can be filtered by.
    return status === 200 || !(await isLost(context, index));
  } catch (error) {
    if (error instanceof NodeFailure) return false;
    throw error;
  }
}
