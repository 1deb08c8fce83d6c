import { type ErrorEnvelope, MeilisearchError, NodeFailure } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { lacksWrites } from "../hints/lacks-writes.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { nodeDeadlineMs, readTerms } from "../reads/read-terms.ts";
import { isWhole } from "./is-whole.ts";
import { noNodeHas } from "./no-node-has.ts";
import { errorOf, relayedError } from "./node-error.ts";

export type GetDocumentOptions = {
  readonly index: IndexName;
  readonly documentId: string;
  readonly shard: number;
  readonly query: Record<string, string>;
};

/**
 * The text of one document, from the cheapest of its owners that misses no write; the next one is asked when an owner
 * fails or does not have it. `null` when every owner that answered lacks it. An answer by an owner that misses writes is degraded.
 * That it does not have it is believed of an owner only where the marker can be filtered by: one that was emptied, and was given the
 * index anew by a write, lacks all that it had.
 *
 * @throws MeilisearchError index_not_found; the node's own error when it refuses; miroir_unavailable_shards
 */
export async function getDocument(context: Context, options: GetDocumentOptions): Promise<string | null> {
  const { index, documentId, shard, query } = options;
  const { cluster } = context;
  const owners = cluster.placement.owners
    .flatMap((table) => table[shard] ?? [])
    .filter((node) => cluster.isUsable(node))
    .map((node) => ({
      node,
      misses: Number(lacksWrites(context, index, node, shard)),
      cost: cluster.cost(node),
    }));
  const terms = readTerms(context);
  const spared = cluster.spared();
  owners.sort(
    (a, b) => a.misses - b.misses || Number(spared.has(a.node)) - Number(spared.has(b.node)) || a.cost - b.cost,
  );
  let isAbsent = false;
  let notFound: ErrorEnvelope | undefined;
  for (const [tried, owner] of owners.entries()) {
    const { node, misses } = owner;
    // A replica that misses writes may still have what was deleted, or an older version.
    if (misses && isAbsent) break;
    const deadlineMs = nodeDeadlineMs(context, terms);
    if (deadlineMs === 0) break;
    try {
      const path = nodePath(index, `/documents/${documentId}`);
      const part = { shards: 1, attempt: tried + 1 };
      const response = await cluster.request(node, { method: "GET", path, query, deadlineMs, isRead: true, part });
      if (!misses && lacksWrites(context, index, node, shard)) {
        // That has come out only now: it is believed where no other has the document.
        owners.push({ ...owner, misses: 1 });
        continue;
      }
      const error = response.status === 200 ? undefined : errorOf(response);
      const isAnswer =
        response.status === 200 ||
        (error?.code === "document_not_found" && (await isWhole(context, node, index, shard)));
      if (isAnswer && misses) terms.degradation.note({ needed: [shard], missing: [], stale: [shard] });
      if (response.status === 200) return response.body.toString("utf8");
      if (isAnswer) isAbsent = true;
      else if (error?.code === "index_not_found") notFound = error;
      else if (error?.type === "invalid_request" && error.code !== "document_not_found")
        throw relayedError(error, index);
    } catch (cause) {
      if (!(cause instanceof NodeFailure)) throw cause;
    }
  }
  if (isAbsent) return null;
  if (notFound) throw await noNodeHas(context, index, notFound);
  throw new MeilisearchError("miroir_unavailable_shards", "No node that holds the document answers.");
}
