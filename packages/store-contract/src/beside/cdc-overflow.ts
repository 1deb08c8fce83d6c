import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, bodyText, count, keyText, positive } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";

export interface OverflowEvent {
  /** The event's number in the sink's stream: 1 or more, growing. */
  readonly position: number;
  readonly event: string;
}

/** Positions, both included. */
export interface PositionRange {
  readonly from: number;
  readonly to: number;
}

export interface AppendOutcome {
  /** How many of this call's events are stored. */
  readonly kept: number;
  /** How many events went, of this call or older. */
  readonly dropped: number;
  /** The positions this call pushed out; `null` when all fitted. */
  readonly lost: PositionRange | null;
}

export interface OverflowSize {
  readonly events: number;
  readonly bytes: number;
  /** Everything lost since the sink was last trimmed past it. */
  readonly lost: PositionRange | null;
}

/** Events waiting for a sink, first in, first out, bounded by bytes. Every method is one atomic step. */
export interface CdcOverflow {
  /**
   * Adds events in order; the oldest go where `maxBytes` (of the events' UTF-8) would be exceeded, an event larger than that at once.
   * Positions already appended are passed over, so that sending again changes nothing.
   * @throws invalid_argument when positions do not grow.
   */
  append(
    sinkName: string,
    events: readonly OverflowEvent[],
    maxBytes: number,
    options?: WriteOptions,
  ): Promise<AppendOutcome>;
  /** At most `limit` events after `position`, in order. */
  read(sinkName: string, position: number, limit: number): Promise<OverflowEvent[]>;
  /** Forgets events up to and including `position`, and a loss that ended by then. @returns how many events. */
  trim(sinkName: string, position: number, options?: WriteOptions): Promise<number>;
  /** Zeros for a sink never heard of. */
  size(sinkName: string): Promise<OverflowSize>;
}

const events = z
  .array(z.strictObject({ position: positive, event: bodyText }))
  .max(1000)
  .refine(
    (list) => list.every((event, i) => i === 0 || event.position > (list[i - 1]?.position ?? 0)),
    "positions must grow",
  );

export const cdcOverflowMethods: MethodSpecs<CdcOverflow> = {
  append: write(keyText, events, positive),
  read: read(keyText, count, batchLimit),
  trim: write(keyText, count),
  size: read(keyText),
};
