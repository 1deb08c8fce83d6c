import { type CdcOverflowSinkRow, cdcOverflow, cdcOverflowKeyspace, cdcOverflowSinksKeyspace } from "@miroir/schema";
import {
  type CdcOverflow,
  eventBytes,
  joinRanges,
  type PositionRange,
  planAppend,
  type StoredEvent,
} from "@miroir/store-contract";
import { and, asc, count, eq, gt, lte, sql } from "drizzle-orm";
import { pick } from "./codec.ts";
import type { Context, Sync } from "./context.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

/** How many of the oldest events are looked at in one step when room is made. */
const STEP = 100;

const lostOf = ({ lostFrom, lostTo }: CdcOverflowSinkRow): PositionRange | null =>
  lostFrom === null || lostTo === null ? null : { from: lostFrom, to: lostTo };

export function createCdcOverflow(context: Context): Sync<CdcOverflow> {
  const { sql: statements } = context;
  const events = createRows(context, cdcOverflowKeyspace);
  const sinks = createRows(context, cdcOverflowSinksKeyspace);
  const ofSink = eq(cdcOverflow.sinkName, param("sinkName"));
  const after = statements.raw(
    build
      .select(pick(cdcOverflow, "position", "event"))
      .from(cdcOverflow)
      .where(and(ofSink, gt(cdcOverflow.position, param("position"))))
      .orderBy(asc(cdcOverflow.position))
      .limit(param("limit")),
  );
  const oldest = statements.raw(
    build
      .select(pick(cdcOverflow, "position", "bytes"))
      .from(cdcOverflow)
      .where(and(ofSink, gt(cdcOverflow.position, param("position"))))
      .orderBy(asc(cdcOverflow.position))
      .limit(STEP),
  );
  const doomed = build
    .select({ rowid: sql`rowid`.as("rowid") })
    .from(cdcOverflow)
    .where(ofSink)
    .orderBy(asc(cdcOverflow.position))
    .limit(param("limit"));
  const dropOldest = statements.raw(build.delete(cdcOverflow).where(sql`rowid in ${doomed}`));
  const upTo = and(ofSink, lte(cdcOverflow.position, param("position")));
  const measure = statements.raw(
    build
      .select({ events: count().as("events"), bytes: sql<number>`coalesce(sum(${cdcOverflow.bytes}), 0)`.as("bytes") })
      .from(cdcOverflow)
      .where(upTo),
  );
  const dropUpTo = statements.raw(build.delete(cdcOverflow).where(upTo));

  /** What the sink holds, oldest first, read only as far as it is looked at. */
  function* stored(sinkName: string): Generator<StoredEvent> {
    let position = 0;
    for (;;) {
      const step = oldest.all({ sinkName, position });
      yield* step;
      if (step.length < STEP) return;
      position = step.at(-1)?.position ?? position;
    }
  }

  const sinkOf = (sinkName: string): CdcOverflowSinkRow =>
    sinks.get(sinkName) ?? { sinkName, events: 0, bytes: 0, lastPosition: 0, lostFrom: null, lostTo: null };

  return {
    append(sinkName, given, maxBytes) {
      const sink = sinkOf(sinkName);
      const plan = planAppend(stored(sinkName), sink.bytes, sink.lastPosition, given, maxBytes);
      if (plan.evict > 0) dropOldest.run({ sinkName, limit: plan.evict });
      for (const { position, event } of plan.add) {
        events.insert({ sinkName, position, event, bytes: eventBytes(event) });
      }
      const lost = joinRanges(lostOf(sink), plan.lost);
      sinks.put({
        sinkName,
        events: sink.events - plan.evict + plan.add.length,
        bytes: sink.bytes - plan.evictedBytes + plan.addedBytes,
        lastPosition: Math.max(sink.lastPosition, given.at(-1)?.position ?? 0),
        lostFrom: lost?.from ?? null,
        lostTo: lost?.to ?? null,
      });
      return { kept: plan.kept, dropped: plan.dropped, lost: plan.lost };
    },
    read: (sinkName, position, limit) => after.all({ sinkName, position, limit }),
    trim(sinkName, position) {
      const sink = sinks.get(sinkName);
      if (sink === null) return 0;
      const trimmed = measure.first({ sinkName, position }) ?? { events: 0, bytes: 0 };
      dropUpTo.run({ sinkName, position });
      const ended = sink.lostTo !== null && sink.lostTo <= position;
      sinks.put({
        ...sink,
        events: sink.events - trimmed.events,
        bytes: sink.bytes - trimmed.bytes,
        lostFrom: ended ? null : sink.lostFrom,
        lostTo: ended ? null : sink.lostTo,
      });
      return trimmed.events;
    },
    size(sinkName) {
      const sink = sinkOf(sinkName);
      return { events: sink.events, bytes: sink.bytes, lost: lostOf(sink) };
    },
  };
}
