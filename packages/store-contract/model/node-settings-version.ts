import type { NodeSettingsVersionRow } from "@miroir/schema";
import type { NodeSettingsVersions } from "../src/tables/node-settings-version.ts";
import { type Model, pageOf, type Sync } from "./model.ts";

export function createNodeSettingsVersions({ tables, now }: Model): Sync<NodeSettingsVersions> {
  const rows = tables.nodeSettingsVersion;
  const where = (matches: (row: NodeSettingsVersionRow) => boolean) => rows.all().filter(matches);
  const byNode = (row: NodeSettingsVersionRow) => [row.nodeId];
  const deleteSome = (found: readonly NodeSettingsVersionRow[], limit: number): number => {
    const gone = found.slice(0, limit);
    for (const row of gone) rows.delete(row);
    return gone.length;
  };
  return {
    advance(indexUid, nodeId, version) {
      const present = rows.get(indexUid, nodeId);
      if (present !== null && present.version >= version) return present.version;
      rows.set({ indexUid, nodeId, version, updatedAt: now() });
      return version;
    },
    get: (indexUid, nodeId) => rows.get(indexUid, nodeId),
    list: (indexUid, page) =>
      pageOf(
        where((row) => row.indexUid === indexUid),
        page,
        ["string"],
        byNode,
      ),
    listAtOrAbove: (indexUid, floor, page) =>
      pageOf(
        where((row) => row.indexUid === indexUid && row.version >= floor),
        page,
        ["string"],
        byNode,
      ),
    deleteByIndex: (indexUid, limit) =>
      deleteSome(
        where((row) => row.indexUid === indexUid),
        limit,
      ),
    deleteByNode: (nodeId, limit) =>
      deleteSome(
        where((row) => row.nodeId === nodeId),
        limit,
      ),
  };
}
