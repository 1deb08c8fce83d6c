import { cdcOverflowKeyspace, cdcOverflowSinksKeyspace } from "@miroir/schema";
import type { CdcOverflow, PositionRange } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf, partsOf } from "./keys.ts";
import { readable } from "./pages.ts";
import { createRows } from "./rows.ts";

/** How many events one script forgets: a trim of more is several steps, each from the oldest on. */
const TRIMMED_AT_ONCE = 5000;

const rangeOf = (from: number | null, to: number | null): PositionRange | null =>
  from === null || to === null ? null : { from, to };
const numberOrNull = (value: unknown): number | null => (String(value) === "" ? null : Number(value));

export function createCdcOverflow(context: Context): CdcOverflow {
  const rows = createRows(context, cdcOverflowKeyspace);
  const sinks = createRows(context, cdcOverflowSinksKeyspace);
  const positions = (sinkName: string) => rows.index("by_sink", sinkName);
  return {
    async append(sinkName, events, maxBytes, options) {
      const keys = [sinks.index(), rows.index(), positions(sinkName)];
      const pairs = events.flatMap(({ position, event }) => [position, event]);
      const args = [memberOf(sinkName), sinkName, maxBytes, ...pairs];
      const [kept, dropped, from, to] = (await sinks.write("append-overflow", [sinkName], { keys, args }, options))
        .values;
      const lost = rangeOf(numberOrNull(from), numberOrNull(to));
      return { kept: Number(kept), dropped: Number(dropped), lost };
    },
    async read(sinkName, position, limit) {
      const args = [sinkName, position, limit];
      const run = { script: "read-overflow", table: rows.name, key: [sinkName], keys: [positions(sinkName)], args };
      const found = readable(context, rows, (await context.read(run)).values, (member) => partsOf(member, 2));
      return found.map(({ row }) => ({ position: row.position, event: row.event }));
    },
    async trim(sinkName, position, options) {
      const keys = [rows.index(), positions(sinkName)];
      for (let trimmed = 0; ; ) {
        const args = [sinkName, position, TRIMMED_AT_ONCE];
        const { values } = await sinks.write("trim-overflow", [sinkName], { keys, args }, options);
        trimmed += Number(values[0]);
        if (Number(values[0]) < TRIMMED_AT_ONCE) return trimmed;
      }
    },
    async size(sinkName) {
      const sink = await sinks.get(sinkName);
      if (sink === null) return { events: 0, bytes: 0, lost: null };
      return { events: sink.events, bytes: sink.bytes, lost: rangeOf(sink.lostFrom, sink.lostTo) };
    },
  };
}
