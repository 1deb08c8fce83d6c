import {
  type Placement,
  SEQUENCE_FIELD,
  SHARD_FIELD,
  sequenceMarker,
  shardMarker,
  shardOf,
  splitDocuments,
} from "@miroir/routing";
import type { NumberList } from "../documents/number-list.ts";

export type WritePlan = {
  /** The shards the write touches, ascending. */
  readonly shards: readonly number[];
  /** What each node gets, as the body of one request. */
  readonly parts: readonly { readonly node: string; readonly body: string }[];
};

export type AdditionPlan = {
  /** The shards the write touches, ascending. */
  readonly shards: readonly number[];
  /** For every node that gets documents: those of which shards, and how many bytes of NDJSON with markers they are. */
  readonly parts: readonly { readonly node: string; readonly owned: ReadonlySet<number>; readonly length: number }[];
};

export type AdditionOptions = {
  /** The shard of each document. */
  readonly shards: NumberList;
  /** The bytes of each document. */
  readonly lengths: NumberList;
  readonly placement: Placement;
  /** Whether documents get a place in insertion order. */
  readonly hasSequence: boolean;
};

/** Plans an addition: every owner of a shard gets the documents of that shard, in their order. */
export function planDocumentsWrite({ shards, lengths, placement, hasSequence }: AdditionOptions): AdditionPlan {
  // The markers go before a document's last byte, and a line break after it.
  const added = Buffer.byteLength(markerFields(0, hasSequence ? 0 : null)) + 1;
  const bytes = new Float64Array(placement.shards);
  for (let position = 0; position < shards.length; position++) {
    const shard = shards.at(position);
    bytes[shard] = (bytes[shard] ?? 0) + lengths.at(position) + added;
  }
  const touched = [...bytes.keys()].filter((shard) => bytes[shard] !== 0);
  const owned = placement.nodes.map(() => new Set<number>());
  for (const shard of touched) for (const target of placement.targets[shard] ?? []) owned[target]?.add(shard);
  const parts = placement.nodes.flatMap((node, target) => {
    const mine = owned[target] ?? new Set();
    const length = [...mine].reduce((sum, shard) => sum + (bytes[shard] ?? 0), 0);
    return mine.size > 0 ? [{ node, owned: mine, length }] : [];
  });
  return { shards: touched, parts };
}

/**
 * What every stored document ends with, as the fields of a JSON object that has others before. It always has the same number of bytes.
 * `sequence` is `null` for an index that keeps no insertion order.
 */
export function markerFields(shard: number, sequence: number | null): string {
  const fields = `,"${SHARD_FIELD}":"${shardMarker(shard)}"`;
  return sequence === null ? fields : `${fields},"${SEQUENCE_FIELD}":"${sequenceMarker(sequence)}"`;
}

/** Plans a deletion by ids: every owner gets its ids as a JSON array. */
export function planDocumentsDelete(ids: readonly string[], placement: Placement): WritePlan {
  const split = splitDocuments(
    ids.map((id) => ({ id })),
    placement,
  );
  const parts = split.parts.map((part) => ({
    node: part.node,
    body: JSON.stringify(part.documents.map((position) => ids[position])),
  }));
  return { shards: split.touched, parts };
}

/** The shards that hold documents of these ids, ascending. */
export function shardsOfIds(ids: readonly string[], placement: Placement): number[] {
  return [...new Set(ids.map((id) => shardOf(id, placement.shards)))].sort((a, b) => a - b);
}

/** A document as one line. Line breaks inside a document can only be white space between its tokens: in strings they are escaped. */
export function asLine(text: string): string {
  return text.includes("\n") || text.includes("\r") ? text.replaceAll(/[\r\n]+/g, " ") : text;
}
