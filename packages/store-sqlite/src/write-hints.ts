import { writeHints, writeHintsKeyspace } from "@miroir/schema";
import { decodeCursor, notedHint, pageLimit, settledHint, type WriteHints } from "@miroir/store-contract";
import { asc, eq, sql } from "drizzle-orm";
import { columnsOf } from "./codec.ts";
import { type Context, type Sync, versionConflict } from "./context.ts";
import { createCounter } from "./counters.ts";
import { createBatchDelete, createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "write_hints";

export function createWriteHints(context: Context): Sync<WriteHints> {
  const { clock, sql: statements } = context;
  const { nodeId, indexUid } = writeHints;
  const rows = createRows(context, writeHintsKeyspace);
  const nextVersion = createCounter(context, TABLE);
  const list = statements.rows(
    writeHintsKeyspace,
    build
      .select(columnsOf(writeHints))
      .from(writeHints)
      .where(sql`(${nodeId}, ${indexUid}) > (${param("node")}, ${param("index")})`)
      .orderBy(asc(nodeId), asc(indexUid))
      .limit(param("limit")),
  );
  const deleteOfIndex = createBatchDelete(context, writeHintsKeyspace, eq(indexUid, param("indexUid")), nodeId);
  const deleteOfNode = createBatchDelete(context, writeHintsKeyspace, eq(nodeId, param("nodeId")), indexUid);

  return {
    note(node, index, shards) {
      const place = { nodeId: node, indexUid: index };
      const noted = notedHint(rows.get(node, index), place, shards, nextVersion() + 1, clock.now());
      rows.put(noted);
      return noted;
    },
    get: (node, index) => rows.get(node, index),
    list(page) {
      const [node, index] = page.cursor === undefined ? ["", ""] : decodeCursor(page.cursor, ["string", "string"]);
      return list.page({ node, index }, pageLimit(page), ["nodeId", "indexUid"]);
    },
    settle(node, index, version, shards) {
      const row = rows.get(node, index);
      if (row === null) return null;
      if (row.version !== version) {
        throw versionConflict(TABLE, `the version is ${row.version}, not ${version}`, node, index);
      }
      const settled = settledHint(row, shards, clock.now());
      if (settled === null) rows.delete(node, index);
      else if (settled !== row) rows.put(settled);
      return settled;
    },
    deleteByIndex: (index, limit) => deleteOfIndex({ indexUid: index, limit }),
    deleteByNode: (node, limit) => deleteOfNode({ nodeId: node, limit }),
  };
}
