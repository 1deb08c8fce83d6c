import { fieldText } from "@miroir/meilisearch";
import { narrowFilter } from "@miroir/routing";
import type { Context } from "../context.ts";
import { scatter } from "./scatter.ts";

/** How many documents an index has, each shard counted on one replica. @throws what scatter throws */
export async function countDocuments(context: Context, indexUid: string): Promise<number> {
  const { parts } = await scatter(context, {
    indexUid,
    key: "count",
    request: (shards) => ({
      method: "POST",
      path: `/indexes/${indexUid}/documents/fetch`,
      body: JSON.stringify({ limit: 0, filter: narrowFilter(null, shards) }),
    }),
    read: (body) => Number(fieldText(body, "total")),
  });
  return parts.reduce((sum, { value }) => sum + value, 0);
}
