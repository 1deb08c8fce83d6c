import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import type { PendingSwap } from "../shapes/pending-swap.ts";

/** The indexes clients see, and what each is called on the nodes. */
export const indexes = sqliteTable("indexes", {
  uid: text("uid").primaryKey(),
  /** Its name on the nodes: a swap or a rename moves names, never documents. */
  physicalUid: text("physical_uid").notNull().unique(),
  primaryKey: text("primary_key"),
  /** The number the next document gets in insertion order. */
  nextSequence: integer("next_sequence").notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  /** Swaps whose turn has not come, oldest first: writes already follow the new names, reads still see what the first one says. NULL for none. */
  pendingSwaps: text("pending_swaps", { mode: "json" }).$type<PendingSwap[]>(),
});

export type IndexRow = typeof indexes.$inferSelect;

export const indexesKeyspace = keyspace(indexes, { key: ["uid"] });
