import type { Placement } from "./placement.ts";
import { shardOf } from "./shard.ts";

export type SplitDocuments = {
  /** The shard of each document, in the documents' order. */
  readonly shards: Uint16Array;
  /** The shards that got a document, ascending. */
  readonly touched: readonly number[];
  /** For every node that owns one of them, in the placement's node order, the positions of its documents, ascending. */
  readonly parts: readonly { readonly node: string; readonly documents: readonly number[] }[];
};

/**
 * Splits a batch of documents over the nodes that have to store them: each id is hashed once and its owners are looked
 * up in the placement's table. Repeated ids keep their order on every node.
 */
export function splitDocuments(documents: readonly { readonly id: string }[], placement: Placement): SplitDocuments {
  const shards = new Uint16Array(documents.length);
  const isTouched = new Uint8Array(placement.shards);
  const lists: number[][] = placement.nodes.map(() => []);
  for (const [position, { id }] of documents.entries()) {
    const shard = shardOf(id, placement.shards);
    shards[position] = shard;
    isTouched[shard] = 1;
    for (const target of placement.targets[shard] ?? []) lists[target]?.push(position);
  }
  const touched = [...isTouched.keys()].filter((shard) => isTouched[shard] === 1);
  const parts = placement.nodes.flatMap((node, target) => {
    const positions = lists[target] ?? [];
    return positions.length > 0 ? [{ node, documents: positions }] : [];
  });
  return { shards, touched, parts };
}
