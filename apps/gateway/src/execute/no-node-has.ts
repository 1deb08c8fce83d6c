import { type ErrorEnvelope, MeilisearchError } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import type { IndexName } from "../indexes/index-name.ts";
import { isUnavailable } from "../outage/is-unavailable.ts";
import { relayedError } from "./node-error.ts";

/**
 * What a client is told of an index that no node has: that there is none while its first task has not ended, as on one node, and
 * otherwise that nobody can answer: all nodes have lost it, and it is there all the same.
 *
 * @param error what the nodes say
 */
export async function noNodeHas(context: Context, index: IndexName, error: ErrorEnvelope): Promise<MeilisearchError> {
  return (await isLost(context, index))
    ? new MeilisearchError("miroir_unavailable_shards", "No node has the index any more that it was given.")
    : relayedError(error, index);
}

/** Whether nodes that do not have the index have lost it: it is registered, and not only on its way to them. */
export async function isLost({ store }: Pick<Context, "store">, { physicalUid }: IndexName): Promise<boolean> {
  try {
    const row = await store.indexes.getByPhysicalUid(physicalUid);
    if (row === null) return false;
    const ofIt = { indexUids: [row.uid], afterEnqueuedAt: row.createdAt - 1 };
    const [ended, unfinished] = await Promise.all([
      store.tasks.list({ ...ofIt, statuses: ["succeeded"] }, { limit: 0 }),
      store.tasks.list({ ...ofIt, statuses: ["enqueued", "processing"] }, { limit: 0 }),
    ]);
    return ended.total > 0 || unfinished.total === 0;
  } catch (error) {
    // What was made lately cannot be told then: to try again is right of both.
    if (isUnavailable(error)) return true;
    throw error;
  }
}
