import { fieldText, MeilisearchError, type SearchRequest } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { askAnyNode } from "./any-node.ts";

/**
 * The vector of a query, from one node for all: embedding it on each would cost as many calls, and answers may differ.
 *
 * @throws MeilisearchError the node's own error when it cannot embed; what askAnyNode throws
 */
export async function embedQuery(
  context: Context,
  index: IndexName,
  { q, locales }: Pick<SearchRequest, "q" | "locales">,
  embedder: string,
): Promise<number[]> {
  const body = await askAnyNode(context, index, {
    method: "POST",
    path: nodePath(index, "/search"),
    body: JSON.stringify({
      q,
      ...(locales && { locales }),
      // With any other ratio a node need not look at vectors for an empty page.
      hybrid: { embedder, semanticRatio: 1 },
      limit: 0,
      retrieveVectors: true,
    }),
  });
  const vector = fieldText(body, "queryVector");
  if (vector === undefined) throw new MeilisearchError("vector_embedding_error", "The query has not been embedded.");
  return JSON.parse(vector) as number[];
}
