import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { keyspace } from "../keyspace.ts";
import { ALIAS_KINDS, type AliasState } from "../shapes/alias.ts";

/** Names that stand for an index (`single`) or for several that are read as one (`multi`). */
export const aliases = sqliteTable("aliases", {
  name: text("name").primaryKey(),
  kind: text("kind", { enum: ALIAS_KINDS }).notNull(),
  /** Set when `kind` is `single`. */
  currentUid: text("current_uid"),
  /** Set, and not empty, when `kind` is `multi`. */
  targetUids: text("target_uids", { mode: "json" }).$type<string[]>(),
  /** 1 at creation, one more with every flip. */
  version: integer("version").notNull(),
  history: text("history", { mode: "json" }).$type<AliasState[]>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export type AliasRow = typeof aliases.$inferSelect;

export const aliasesKeyspace = keyspace(aliases, { key: ["name"] });
