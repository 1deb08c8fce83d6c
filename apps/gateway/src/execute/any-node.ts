import { type ErrorEnvelope, MeilisearchError, NodeFailure, type NodeRequest } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { nodeDeadlineMs, readTerms } from "../reads/read-terms.ts";
import { settingsOfRead } from "../settings/reading.ts";
import { noNodeHas } from "./no-node-has.ts";
import { errorOf, relayedError } from "./node-error.ts";

/**
 * Asks one node something that all know, about an index or about none, the cheapest first and those that missed writes last; the next one when it
 * fails. Returns the body of the answer.
 *
 * @throws MeilisearchError the node's own error when it refuses; index_not_found when no node has the index;
 *   miroir_unavailable_shards when none answers
 */
export async function askAnyNode(context: Context, index: IndexName | null, request: NodeRequest): Promise<string> {
  const { cluster } = context;
  const settings = index && (await settingsOfRead(context, index, (suffices) => cluster.nodeIds.some(suffices)));
  const isStale = (node: string, shard: number) => index !== null && lacksWrites(context, index, node, shard);
  const misses = (node: string) =>
    Number(
      settings?.isBehind(node) === true || [...cluster.placement.targets.keys()].some((shard) => isStale(node, shard)),
    );
  const nodes = cluster.nodeIds
    .filter((node) => cluster.isUsable(node) && settings?.suffices(node) !== false)
    .map((node) => ({ node, misses: misses(node), cost: cluster.cost(node) }))
    .sort((a, b) => a.misses - b.misses || a.cost - b.cost);
  const terms = readTerms(context);
  let notFound: ErrorEnvelope | undefined;
  for (const { node } of nodes) {
    const deadlineMs = nodeDeadlineMs(context, terms);
    if (deadlineMs === 0) break;
    try {
      const response = await cluster.request(node, { deadlineMs, ...request, isRead: true });
      if (response.status === 200) {
        settings?.note([node]);
        return response.body.toString("utf8");
      }
      const error = errorOf(response);
      if (error?.code === "index_not_found") notFound = error;
      else if (error?.type === "invalid_request") throw relayedError(error, index);
    } catch (cause) {
      if (!(cause instanceof NodeFailure)) throw cause;
    }
  }
  if (notFound) throw index ? await noNodeHas(context, index, notFound) : relayedError(notFound, index);
  throw new MeilisearchError("miroir_unavailable_shards", "No node can answer.");
}
