import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { HintedShards } from "../shapes/write-hint.ts";

/** Which shards of an index miss writes on a node: those are filled again from a clean copy. */
export const writeHints = sqliteTable(
  "write_hints",
  {
    nodeId: text("node_id").notNull(),
    /** What the index is called on the nodes. */
    indexUid: text("index_uid").notNull(),
    shards: text("shards", { mode: "json" }).$type<HintedShards>().notNull(),
    /** Grows with every write that was missed, and is never given twice, to this row or another. */
    version: integer("version").notNull(),
    /** When the first of them was missed. */
    notedAt: integer("noted_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.indexUid] }), index("write_hints_by_index_uid").on(t.indexUid)],
);

export type WriteHintRow = typeof writeHints.$inferSelect;

export const writeHintsKeyspace = keyspace(writeHints, { key: ["nodeId", "indexUid"] });
