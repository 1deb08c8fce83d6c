import type { AppendOutcome, OverflowEvent, PositionRange } from "../beside/cdc-overflow.ts";

export interface StoredEvent {
  readonly position: number;
  /** UTF-8 bytes of the event. */
  readonly bytes: number;
}

export interface AppendPlan extends AppendOutcome {
  /** The events of this call to be stored, in order. */
  readonly add: readonly OverflowEvent[];
  /** How many of the stored events go, oldest first, and their bytes. */
  readonly evict: number;
  readonly evictedBytes: number;
  readonly addedBytes: number;
}

export const eventBytes = (event: string): number => Buffer.byteLength(event, "utf8");

/** The smallest range that holds both. */
export function joinRanges(a: PositionRange | null, b: PositionRange | null): PositionRange | null {
  if (a === null || b === null) return a ?? b;
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/**
 * What an append stores and what it pushes out.
 * @param stored what the sink holds, oldest first; read only as far as room is needed.
 * @param storedBytes their bytes in all.
 * @param lastPosition the highest position ever appended, 0 for none.
 */
export function planAppend(
  stored: Iterable<StoredEvent>,
  storedBytes: number,
  lastPosition: number,
  events: readonly OverflowEvent[],
  maxBytes: number,
): AppendPlan {
  const oldest = stored[Symbol.iterator]();
  const add: OverflowEvent[] = [];
  let [bytes, evict, evictedBytes, addedBytes, dropped] = [storedBytes, 0, 0, 0, 0];
  let lost: PositionRange | null = null;
  const lose = (position: number) => {
    dropped++;
    lost = joinRanges(lost, { from: position, to: position });
  };
  for (const event of events) {
    if (event.position <= lastPosition) continue;
    const size = eventBytes(event.event);
    if (size > maxBytes) {
      lose(event.position);
      continue;
    }
    add.push(event);
    addedBytes += size;
    bytes += size;
    while (bytes > maxBytes) {
      const next = oldest.next();
      if (next.done !== true) {
        evict++;
        evictedBytes += next.value.bytes;
        bytes -= next.value.bytes;
        lose(next.value.position);
        continue;
      }
      const first = add.shift();
      if (first === undefined) break;
      const firstSize = eventBytes(first.event);
      addedBytes -= firstSize;
      bytes -= firstSize;
      lose(first.position);
    }
  }
  return { add, evict, evictedBytes, addedBytes, kept: add.length, dropped, lost };
}
