import { nodeSettingsVersionKeyspace } from "@miroir/schema";
import type { NodeSettingsVersions, WriteOptions } from "@miroir/store-contract";
import type { Context } from "./context.ts";
import { memberOf, memberPrefix } from "./keys.ts";
import { listByName } from "./pages.ts";
import { createRows } from "./rows.ts";

export function createNodeSettingsVersions(context: Context): NodeSettingsVersions {
  const rows = createRows(context, nodeSettingsVersionKeyspace);
  const byNode = rows.index("by_node");

  async function deleteBy(by: "index" | "node", name: string, limit: number, options: WriteOptions | undefined) {
    const run = { script: "delete-settings-versions", table: rows.name, key: [name], keys: [rows.index(), byNode] };
    const { values } = await context.write({ ...run, args: [by, memberPrefix(name), limit] }, options);
    return Number(values[0]);
  }

  return {
    async advance(indexUid, nodeId, version, options) {
      const args = [memberOf(indexUid, nodeId), memberOf(nodeId, indexUid), indexUid, nodeId, version];
      const run = { keys: [rows.index(), byNode], args };
      const { values } = await rows.write("advance-settings-version", [indexUid, nodeId], run, options);
      return Number(values[0]);
    },
    get: (indexUid, nodeId) => rows.get(indexUid, nodeId),
    list: (indexUid, page) => listByName(context, rows, page, { of: [indexUid] }),
    listAtOrAbove: (indexUid, floor, page) =>
      listByName(context, rows, page, { of: [indexUid], conditions: [["version", "above", floor - 1]] }),
    deleteByIndex: (indexUid, limit, options) => deleteBy("index", indexUid, limit, options),
    deleteByNode: (nodeId, limit, options) => deleteBy("node", nodeId, limit, options),
  };
}
