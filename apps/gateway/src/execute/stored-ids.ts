import { arrayItems, documentId, fieldText, MeilisearchError } from "@miroir/meilisearch";
import { narrowFilter, shardOf } from "@miroir/routing";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { scatter } from "./scatter.ts";

const IDS_PER_REQUEST = 1_000;

/** Which of these documents an index has; `null` where not every shard can tell. @throws what scatter throws */
export async function storedIds(
  context: Context,
  index: IndexName & { readonly primaryKey: string | null },
  ids: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const { primaryKey } = index;
  const stored = new Set<string>();
  if (primaryKey === null) return stored;
  const shardOfId = (id: string) => shardOf(id, context.cluster.placement.shards);
  for (let from = 0; from < ids.length; from += IDS_PER_REQUEST) {
    const asked = ids.slice(from, from + IDS_PER_REQUEST);
    const { parts, isDegraded } = await scatter(context, {
      index,
      key: "ids",
      shards: [...new Set(asked.map(shardOfId))],
      request: (shards) => ({
        method: "POST",
        path: nodePath(index, "/documents/fetch"),
        body: JSON.stringify({
          ids: asked.filter((id) => shards.includes(shardOfId(id))),
          fields: [primaryKey],
          limit: IDS_PER_REQUEST,
          filter: narrowFilter(null, shards),
        }),
      }),
      read: (body) => readIds(body, primaryKey),
    });
    if (isDegraded) return null;
    for (const id of parts.flatMap(({ value }) => value)) stored.add(id);
  }
  return stored;
}

function readIds(body: string, primaryKey: string): string[] {
  const results = fieldText(body, "results") ?? "[]";
  return Array.from(arrayItems(results), ({ start, end }) => documentId(results.slice(start, end), primaryKey)).flatMap(
    (found) => (found instanceof MeilisearchError ? [] : [found.id]),
  );
}
