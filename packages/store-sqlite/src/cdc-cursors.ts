import { cdcCursors, cdcCursorsKeyspace } from "@miroir/schema";
import { type CdcCursors, StoreError } from "@miroir/store-contract";
import { eq } from "drizzle-orm";
import { type Context, oneStatement, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { param } from "./statements.ts";

const TABLE = "cdc_cursors";

export function createCdcCursors(context: Context): Sync<CdcCursors> {
  const { clock } = context;
  const rows = createRows(context, cdcCursorsKeyspace);
  const ofSink = eq(cdcCursors.sinkName, param("sinkName"));
  const list = createNamedList(context, cdcCursorsKeyspace, cdcCursors.indexUid, "indexUid", ofSink);

  return {
    get: (sinkName, indexUid) => rows.get(sinkName, indexUid),
    advance(sinkName, indexUid, from, to) {
      const key = [sinkName, indexUid];
      if (to <= from) {
        throw new StoreError("invalid_argument", `a cursor moves forwards, not from ${from} to ${to}`, {
          table: TABLE,
          key,
        });
      }
      const cursor = rows.get(sinkName, indexUid);
      const at = cursor?.lastEventSeq ?? 0;
      if (cursor !== null && at === to) return cursor;
      if (at !== from) throw versionConflict(TABLE, `the cursor is at ${at}, not ${from}`, ...key);
      const row = { sinkName, indexUid, lastEventSeq: to, updatedAt: clock.now() };
      rows.put(row);
      return row;
    },
    list: (sinkName, page) => list(page, { sinkName }),
    delete: oneStatement((sinkName, indexUid) => rows.delete(sinkName, indexUid)),
  };
}
