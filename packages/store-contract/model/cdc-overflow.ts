import type { CdcOverflowSinkRow } from "@miroir/schema";
import type { CdcOverflow, PositionRange } from "../src/beside/cdc-overflow.ts";
import { eventBytes, joinRanges, planAppend } from "../src/rules/cdc-append.ts";
import type { Model, Sync } from "./model.ts";

const lostOf = (row: CdcOverflowSinkRow | null): PositionRange | null =>
  row === null || row.lostFrom === null || row.lostTo === null ? null : { from: row.lostFrom, to: row.lostTo };

export function createCdcOverflow({ tables: { cdcOverflow, cdcOverflowSinks } }: Model): Sync<CdcOverflow> {
  const oldestFirst = (sinkName: string) => cdcOverflow.all().filter((row) => row.sinkName === sinkName);
  return {
    append(sinkName, events, maxBytes) {
      const sink = cdcOverflowSinks.get(sinkName);
      const stored = oldestFirst(sinkName);
      const plan = planAppend(stored, sink?.bytes ?? 0, sink?.lastPosition ?? 0, events, maxBytes);
      for (const row of stored.slice(0, plan.evict)) cdcOverflow.delete(row);
      for (const { position, event } of plan.add) {
        cdcOverflow.set({ sinkName, position, event, bytes: eventBytes(event) });
      }
      const lost = joinRanges(lostOf(sink), plan.lost);
      cdcOverflowSinks.set({
        sinkName,
        events: stored.length - plan.evict + plan.add.length,
        bytes: (sink?.bytes ?? 0) - plan.evictedBytes + plan.addedBytes,
        lastPosition: Math.max(sink?.lastPosition ?? 0, events.at(-1)?.position ?? 0),
        lostFrom: lost?.from ?? null,
        lostTo: lost?.to ?? null,
      });
      return { kept: plan.kept, dropped: plan.dropped, lost: plan.lost };
    },
    read: (sinkName, position, limit) =>
      oldestFirst(sinkName)
        .filter((row) => row.position > position)
        .slice(0, limit)
        .map((row) => ({ position: row.position, event: row.event })),
    trim(sinkName, position) {
      const sink = cdcOverflowSinks.get(sinkName);
      if (sink === null) return 0;
      const gone = oldestFirst(sinkName).filter((row) => row.position <= position);
      for (const row of gone) cdcOverflow.delete(row);
      const settled = sink.lostTo !== null && sink.lostTo <= position;
      cdcOverflowSinks.set({
        ...sink,
        events: sink.events - gone.length,
        bytes: gone.reduce((bytes, row) => bytes - row.bytes, sink.bytes),
        lostFrom: settled ? null : sink.lostFrom,
        lostTo: settled ? null : sink.lostTo,
      });
      return gone.length;
    },
    size(sinkName) {
      const sink = cdcOverflowSinks.get(sinkName);
      return { events: sink?.events ?? 0, bytes: sink?.bytes ?? 0, lost: lostOf(sink) };
    },
  };
}
