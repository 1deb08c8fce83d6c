import { type Placement, SEQUENCE_FIELD, SHARD_FIELD, shardOf } from "@miroir/routing";
import { createSend } from "./http.ts";
import { NODE_KEY } from "./nodes.ts";

type Document = { readonly id: number };

/** What a node itself has of an index, by id, without the markers; `null` when it does not know the index. */
export async function copyOn(address: string, indexUid: string): Promise<Document[] | null> {
  const path = `/indexes/${indexUid}/documents?limit=100000`;
  const { status, body } = await createSend(address, NODE_KEY)("GET", path);
  if (status === 404) return null;
  return (body.results as (Document & Record<string, unknown>)[])
    .map(({ [SHARD_FIELD]: _shard, [SEQUENCE_FIELD]: _sequence, ...rest }) => rest as Document)
    .sort((a, b) => a.id - b.id);
}

/** Those documents that belong on a node. */
export function belongingTo(placement: Placement, node: string, documents: readonly Document[]): Document[] {
  const isOwner = ({ id }: Document) =>
    placement.owners.some((table) => table[shardOf(String(id), placement.shards)]?.includes(node));
  return documents.filter(isOwner);
}
