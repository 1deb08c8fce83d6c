import { countersKeyspace, writeHintsKeyspace } from "@miroir/schema";
import { decodeCursor, pageLimit, type WriteHints } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { deleteByPart } from "./key-parts.ts";
import { memberOf } from "./keys.ts";
import { collect, pageOf, readable } from "./pages.ts";
import { createRows } from "./rows.ts";

/** No key part holds it. */
const BETWEEN = "\0";

export function createWriteHints(context: Context): WriteHints {
  const rows = createRows(context, writeHintsKeyspace);
  const inOrder = rows.index("in_order");
  const indexes = [rows.index(), rows.index("by_index"), inOrder];
  const counters = countersKeyspace.name;
  const versions = [context.keys.row(counters, rows.name), context.keys.index(counters)];
  return {
    async note(nodeId, indexUid, shards, options) {
      const args = [memberOf(nodeId, indexUid), nodeId, indexUid, JSON.stringify(shards)];
      const run = { keys: [...indexes, ...versions], args };
      return rows.one(await rows.write("note-write-hint", [nodeId, indexUid], run, options), [nodeId, indexUid]);
    },
    get: (nodeId, indexUid) => rows.get(nodeId, indexUid),
    async list(page) {
      const limit = pageLimit(page);
      const after = page.cursor === undefined ? "" : decodeCursor(page.cursor, ["string", "string"]).join(BETWEEN);
      const found = await collect(limit, after, async (from, wanted) => {
        const run = { script: "list-write-hints", table: rows.name, keys: [inOrder], args: [from, wanted] };
        const { values } = await context.read(run);
        const next = values.length < 2 * wanted ? null : String(values.at(-2));
        return { found: readable(context, rows, values, (place) => place.split(BETWEEN)), next };
      });
      return pageOf(found, limit, ({ row }) => [row.nodeId, row.indexUid]);
    },
    async settle(nodeId, indexUid, version, shards, options) {
      const args = [memberOf(nodeId, indexUid), version, JSON.stringify(shards)];
      const reply = await rows.write("settle-write-hint", [nodeId, indexUid], { keys: indexes, args }, options);
      return rows.oneOrNone(reply, [nodeId, indexUid]);
    },
    deleteByIndex: (indexUid, limit, options) => deleteByPart(context, rows.name, indexes, 2, indexUid, limit, options),
    deleteByNode: (nodeId, limit, options) => deleteByPart(context, rows.name, indexes, 1, nodeId, limit, options),
  };
}
