import { nodeSettingsVersion, nodeSettingsVersionKeyspace } from "@miroir/schema";
import type { NodeSettingsVersions } from "@miroir/store-contract";
import { and, asc, eq, gte, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { pick } from "./codec.ts";
import type { Context, Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

export function createNodeSettingsVersions(context: Context): Sync<NodeSettingsVersions> {
  const { clock, sql: statements } = context;
  const { indexUid, nodeId, version } = nodeSettingsVersion;
  const rows = createRows(context, nodeSettingsVersionKeyspace);
  const ofIndex = eq(indexUid, param("indexUid"));
  const list = createNamedList(context, nodeSettingsVersionKeyspace, nodeId, "nodeId", ofIndex);
  const atOrAbove = createNamedList(
    context,
    nodeSettingsVersionKeyspace,
    nodeId,
    "nodeId",
    and(ofIndex, gte(version, param("floor"))),
  );
  const deleteSome = (where: SQL, order: SQLiteColumn) => {
    const doomed = build
      .select({ rowid: sql`rowid`.as("rowid") })
      .from(nodeSettingsVersion)
      .where(where)
      .orderBy(asc(order))
      .limit(param("limit"));
    return statements.raw(
      build
        .delete(nodeSettingsVersion)
        .where(sql`rowid in ${doomed}`)
        .returning(pick(nodeSettingsVersion, "indexUid", "nodeId")),
    );
  };
  const deleteOfIndex = deleteSome(ofIndex, nodeId);
  const deleteOfNode = deleteSome(eq(nodeId, param("nodeId")), indexUid);

  return {
    advance(index, node, to) {
      const before = rows.get(index, node);
      if (before !== null && before.version >= to) return before.version;
      rows.put({ indexUid: index, nodeId: node, version: to, updatedAt: clock.now() });
      return to;
    },
    get: (index, node) => rows.get(index, node),
    list: (index, page) => list(page, { indexUid: index }),
    listAtOrAbove: (index, floor, page) => atOrAbove(page, { indexUid: index, floor }),
    deleteByIndex(index, limit) {
      const deleted = deleteOfIndex.all({ indexUid: index, limit });
      rows.changed(deleted);
      return deleted.length;
    },
    deleteByNode(node, limit) {
      const deleted = deleteOfNode.all({ nodeId: node, limit });
      rows.changed(deleted);
      return deleted.length;
    },
  };
}
