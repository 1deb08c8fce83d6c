import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** The migrations this database has seen, in order: how a store tells its own file from a newer or a foreign one. */
export const schemaVersion = sqliteTable("schema_version", {
  version: integer("version").primaryKey(),
  name: text("name").notNull(),
  /** SHA-256 hex of the migration's SQL. */
  hash: text("hash").notNull(),
  appliedAt: integer("applied_at").notNull(),
});
