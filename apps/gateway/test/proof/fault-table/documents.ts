import { shardOf } from "@miroir/routing";
import { documentOf, type SeenDocument, seen } from "../history/record.ts";

/** What every document says of itself by its id alone, so that filters, facets and orders are known whoever wrote it last. */
interface Fixed {
  readonly kind: string;
  readonly rank: number;
}

export const INDEXES = ["films", "others"] as const;
export const KINDS = ["drama", "comedy", "noir"] as const;
const OF_EACH_SHARD = 3;

/** The ids of all documents there ever are: so many of each shard. */
export function idsOf(shards: number): string[] {
  const byShard = new Map<number, string[]>();
  let found = 0;
  for (let n = 0; found < shards * OF_EACH_SHARD; n++) {
    const ids = byShard.get(shardOf(`d${n}`, shards)) ?? [];
    if (ids.length === OF_EACH_SHARD) continue;
    byShard.set(shardOf(`d${n}`, shards), [...ids, `d${n}`]);
    found++;
  }
  return [...byShard].sort(([a], [b]) => a - b).flatMap(([, ids]) => ids);
}

const numberOf = (id: string): number => Number(id.slice(1));

export function fixedOf(id: string): Fixed {
  const kind = KINDS[numberOf(id) % KINDS.length] as string;
  return { kind, rank: (numberOf(id) * 7_919) % 1_000_003 };
}

/** A whole document as a write with that token leaves it. */
export const tableDocument = (type: "add" | "patch", id: string, token: string) => ({
  ...documentOf(type, id, token),
  ...fixedOf(id),
});

/** What a client sees in a document: what it says of itself has to be right too. */
export function seenInTable(document: Readonly<Record<string, unknown>>): SeenDocument {
  const { id, state } = seen(document);
  const { kind, rank } = fixedOf(id);
  const isTrue = document.kind === kind && document.rank === rank;
  return { id, state: isTrue ? state : `not true: ${JSON.stringify(document)}` };
}
