import { fieldText } from "@miroir/meilisearch";
import { narrowFilter } from "@miroir/routing";
import type { Context } from "../context.ts";
import { type IndexName, nodePath } from "../indexes/index-name.ts";
import { scatter } from "./scatter.ts";

export type DocumentCount = {
  readonly count: number;
  /** Whether a shard is missing or may be old: the count may then be wrong. */
  readonly isDegraded: boolean;
};

/** How many documents an index has, each shard counted on one replica. @throws what scatter throws */
export async function countDocuments(context: Context, index: IndexName): Promise<DocumentCount> {
  const { parts, isDegraded } = await scatter(context, {
    index,
    key: "count",
    request: (shards) => ({
      method: "POST",
      path: nodePath(index, "/documents/fetch"),
      body: JSON.stringify({ limit: 0, filter: narrowFilter(null, shards) }),
    }),
    read: (body) => Number(fieldText(body, "total")),
  });
  return { count: parts.reduce((sum, { value }) => sum + value, 0), isDegraded };
}
