import type { CdcCursors } from "../src/tables/cdc-cursors.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createCdcCursors({ tables: { cdcCursors }, now }: Model): Sync<CdcCursors> {
  return {
    get: (sinkName, indexUid) => cdcCursors.get(sinkName, indexUid),
    advance(sinkName, indexUid, from, to) {
      const key = [sinkName, indexUid];
      if (to <= from) throw refuse("invalid_argument", "cdcCursors", "advance", key, `${to} is not beyond ${from}`);
      const row = cdcCursors.get(sinkName, indexUid);
      if (row?.lastEventSeq === to) return row;
      const present = row?.lastEventSeq ?? 0;
      if (present !== from) throw refuse("version_conflict", "cdcCursors", "advance", key, `it is at ${present}`);
      const moved = { sinkName, indexUid, lastEventSeq: to, updatedAt: now() };
      cdcCursors.set(moved);
      return moved;
    },
    list: (sinkName, page) =>
      pageOf(
        cdcCursors.all().filter((row) => row.sinkName === sinkName),
        page,
        ["string"],
        (row) => [row.indexUid],
      ),
    delete: (sinkName, indexUid) => cdcCursors.delete(cdcCursors.get(sinkName, indexUid)),
  };
}
