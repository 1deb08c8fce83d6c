import { appendFields } from "@miroir/meilisearch";
import {
  type Placement,
  SEQUENCE_FIELD,
  SHARD_FIELD,
  sequenceMarker,
  shardMarker,
  shardOf,
  splitDocuments,
} from "@miroir/routing";

/** A document as the client wrote it, with its id in string form. */
export type IdentifiedDocument = { readonly id: string; readonly text: string };

export type WritePlan = {
  /** The shards the write touches, ascending. */
  readonly shards: readonly number[];
  /** What each node gets, as the body of one request. */
  readonly parts: readonly { readonly node: string; readonly body: string }[];
};

export type DocumentsWriteOptions = {
  readonly documents: readonly IdentifiedDocument[];
  readonly placement: Placement;
  /** Insertion number of the first document; `null` when the index keeps no insertion order. */
  readonly firstSequence: number | null;
};

/**
 * Plans an addition: every owner gets its documents as NDJSON, each the client's own text with its markers at the end.
 * Repeated ids stay in order.
 */
export function planDocumentsWrite({ documents, placement, firstSequence }: DocumentsWriteOptions): WritePlan {
  const split = splitDocuments(documents, placement);
  const lines = documents.map(({ text }, position) => {
    const shard = `"${SHARD_FIELD}":"${shardMarker(split.shards[position] ?? 0)}"`;
    if (firstSequence === null) return asLine(appendFields(text, shard));
    return asLine(appendFields(text, `${shard},"${SEQUENCE_FIELD}":"${sequenceMarker(firstSequence + position)}"`));
  });
  const parts = split.parts.map((part) => ({
    node: part.node,
    body: part.documents.map((position) => lines[position]).join("\n"),
  }));
  return { shards: split.touched, parts };
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

/** Line breaks inside a document can only be white space between its tokens: in strings they are escaped. */
function asLine(text: string): string {
  return text.includes("\n") || text.includes("\r") ? text.replaceAll(/[\r\n]+/g, " ") : text;
}
