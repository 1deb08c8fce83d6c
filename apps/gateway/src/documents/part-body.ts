import { markerFields } from "../plan/write-plan.ts";
import type { NumberList } from "./number-list.ts";
import type { Spool } from "./spool.ts";

export interface Part {
  readonly spool: Pick<Spool, "lengths" | "blocks" | "isOnDisk">;
  /** The shard of each document. */
  readonly shards: NumberList;
  /** The shards whose documents are in this part. */
  readonly owned: ReadonlySet<number>;
  /** Insertion number of the first document of all; `null` when the index keeps no insertion order. */
  readonly firstSequence: number | null;
}

/**
 * The NDJSON that one node gets: its documents, byte by byte as the client wrote them, each with its markers at the end.
 * Made block by block, so that no more of it is in memory than is on its way.
 */
export async function* partBody({ spool, shards, owned, firstSequence }: Part): AsyncGenerator<Buffer> {
  const markers = (position: number): string =>
    `${markerFields(shards.at(position), firstSequence === null ? null : firstSequence + position)}}\n`;
  const markerBytes = Buffer.byteLength(markerFields(0, firstSequence === null ? null : 0)) + 2;

  for await (const { bytes, first, count } of spool.blocks()) {
    const positions: number[] = [];
    let length = 0;
    for (let position = first; position < first + count; position++) {
      if (!owned.has(shards.at(position))) continue;
      positions.push(position);
      length += spool.lengths.at(position) - 1 + markerBytes;
    }
    if (positions.length === 0) continue;
    const body = Buffer.allocUnsafe(length);
    let at = 0;
    let from = 0;
    let position = first;
    for (const owned of positions) {
      for (; position < owned; position++) from += spool.lengths.at(position);
      // Without its closing brace, which comes after the markers.
      at += bytes.copy(body, at, from, from + spool.lengths.at(owned) - 1);
      at += body.write(markers(owned), at);
    }
    yield body;
  }
}
