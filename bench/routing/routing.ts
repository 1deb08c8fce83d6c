import { createPlacement, type Placement, shardOf, splitDocuments } from "@miroir/routing";
import xxhash from "xxhash-wasm";
import { compare, type MeasuredVariant } from "../measure.ts";

const { h64 } = await xxhash();

/** Ways to find the owners of 10,000 documents among 64 shards on 3 nodes with two replicas each. */
export function measureRouting(): Promise<MeasuredVariant[]> {
  const nodes = ["node-0", "node-1", "node-2"];
  const placement = createPlacement({ shards: 64, replicationFactor: 2, groups: [{ id: 0, nodes }] });
  const documents = Array.from({ length: 10_000 }, (_, index) => ({ id: `document-${index}` }));
  return compare({
    "hash each id once, look owners up in a table": () => splitDocuments(documents, placement),
    "hash each id once, rank nodes for its shard": () => splitByRanking(documents, placement),
    "rank nodes for each id, no shards": () => splitNaively(documents, placement),
  });
}

type Documents = readonly { readonly id: string }[];

function splitByRanking(documents: Documents, { shards, nodes, replicationFactor }: Placement): Map<string, number[]> {
  return deal(documents, nodes, replicationFactor, (id) => String(shardOf(id, shards)));
}

function splitNaively(documents: Documents, { nodes, replicationFactor }: Placement): Map<string, number[]> {
  return deal(documents, nodes, replicationFactor, (id) => id);
}

function deal(
  documents: Documents,
  nodes: readonly string[],
  replicas: number,
  key: (id: string) => string,
): Map<string, number[]> {
  const parts = new Map<string, number[]>(nodes.map((node) => [node, []]));
  for (const [index, { id }] of documents.entries()) {
    const ranked = nodes.map((node) => ({ node, weight: h64(`${node}\u0000${key(id)}`) }));
    ranked.sort((a, b) => (a.weight > b.weight ? -1 : 1));
    for (const { node } of ranked.slice(0, replicas)) parts.get(node)?.push(index);
  }
  return parts;
}
