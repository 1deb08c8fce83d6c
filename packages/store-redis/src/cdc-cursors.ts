import { cdcCursorsKeyspace } from "@miroir/schema";
import type { CdcCursors } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createCdcCursors(context: Context): CdcCursors {
  const rows = createRows(context, cdcCursorsKeyspace);
  return {
    get: (sinkName, indexUid) => rows.get(sinkName, indexUid),
    async advance(sinkName, indexUid, from, to, options) {
      const key = [sinkName, indexUid];
      const run = { keys: [rows.index()], args: [memberOf(...key), ...key, from, to] };
      return rows.one(await rows.write("advance-cursor", key, run, options), key);
    },
    list: (sinkName, page) => listByName(context, rows, page, { of: [sinkName] }),
    delete: (sinkName, indexUid, options) => rows.delete([sinkName, indexUid], options),
  };
}
