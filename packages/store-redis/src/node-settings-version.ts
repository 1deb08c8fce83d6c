import { nodeSettingsVersionKeyspace } from "@miroir/schema";
import type { NodeSettingsVersions } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { deleteByPart } from "./key-parts.ts";
import { memberOf } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createNodeSettingsVersions(context: Context): NodeSettingsVersions {
  const rows = createRows(context, nodeSettingsVersionKeyspace);
  const indexes = [rows.index(), rows.index("by_node")];

  return {
    async advance(indexUid, nodeId, version, options) {
      const args = [memberOf(indexUid, nodeId), memberOf(nodeId, indexUid), indexUid, nodeId, version];
      const run = { keys: indexes, args };
      const { values } = await rows.write("advance-settings-version", [indexUid, nodeId], run, options);
      return Number(values[0]);
    },
    get: (indexUid, nodeId) => rows.get(indexUid, nodeId),
    list: (indexUid, page) => listByName(context, rows, page, { of: [indexUid] }),
    listAtOrAbove: (indexUid, floor, page) =>
      listByName(context, rows, page, { of: [indexUid], conditions: [["version", "above", floor - 1]] }),
    deleteByIndex: (indexUid, limit, options) => deleteByPart(context, rows.name, indexes, 1, indexUid, limit, options),
    deleteByNode: (nodeId, limit, options) => deleteByPart(context, rows.name, indexes, 2, nodeId, limit, options),
  };
}
