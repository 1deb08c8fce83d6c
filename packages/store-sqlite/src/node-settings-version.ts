import { nodeSettingsVersion, nodeSettingsVersionKeyspace } from "@miroir/schema";
import type { NodeSettingsVersions } from "@miroir/store-contract";
import { and, eq, gte } from "drizzle-orm";
import type { Context, Sync } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createBatchDelete, createRows } from "./rows.ts";
import { param } from "./statements.ts";

export function createNodeSettingsVersions(context: Context): Sync<NodeSettingsVersions> {
  const { clock } = context;
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
  const deleteOfIndex = createBatchDelete(context, nodeSettingsVersionKeyspace, ofIndex, nodeId);
  const deleteOfNode = createBatchDelete(context, nodeSettingsVersionKeyspace, eq(nodeId, param("nodeId")), indexUid);

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
    deleteByIndex: (index, limit) => deleteOfIndex({ indexUid: index, limit }),
    deleteByNode: (node, limit) => deleteOfNode({ nodeId: node, limit }),
  };
}
