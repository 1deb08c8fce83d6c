import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";

/** The settings version each node was last verified to hold, index by index. */
export const nodeSettingsVersion = sqliteTable(
  "node_settings_version",
  {
    indexUid: text("index_uid").notNull(),
    nodeId: text("node_id").notNull(),
    version: integer("version").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.indexUid, t.nodeId] }), index("node_settings_version_by_node").on(t.nodeId)],
);

export type NodeSettingsVersionRow = typeof nodeSettingsVersion.$inferSelect;

export const nodeSettingsVersionKeyspace = keyspace(nodeSettingsVersion, { key: ["indexUid", "nodeId"] });
