import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { KEYSPACES, schemaVersion } from "@miroir/schema";
import { readMigrations } from "@miroir/schema/migrations";
import { getTableColumns, getTableName } from "drizzle-orm";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";

const folder = new URL("../migrations/", import.meta.url);
const tables: readonly SQLiteTable[] = [...Object.values(KEYSPACES).map(({ table }) => table), schemaVersion];

function migrated(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const { statements } of readMigrations()) for (const statement of statements) db.exec(statement);
  return db;
}

describe("the migrations", () => {
  it("are those of the folder, in order, each with the hash of its file", () => {
    const migrations = readMigrations();
    const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
    expect(migrations.map(({ name }) => `${name}.sql`)).toEqual(files.sort());
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => i + 1));
    for (const { name, hash } of migrations) {
      const sql = readFileSync(new URL(`${name}.sql`, folder));
      expect(hash).toBe(createHash("sha256").update(sql).digest("hex"));
    }
  });

  it("make the declared tables and no others", () => {
    const made = migrated().prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    expect(made.map(({ name }) => name)).toEqual(tables.map((table) => getTableName(table)).sort());
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))("make the columns of %s", (name, table) => {
    const made = migrated().prepare('SELECT name, type, "notnull", pk FROM pragma_table_info(?)').all(name);
    const { primaryKeys } = getTableConfig(table);
    const key = primaryKeys[0]?.columns.map((column) => column.name);
    const declared = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: Number(column.notNull || column.primary),
      pk: key === undefined ? Number(column.primary) : key.indexOf(column.name) + 1,
    }));
    expect(made.map((column) => ({ ...column, type: String(column.type).toUpperCase() }))).toEqual(declared);
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))("make the indexes of %s", (name, table) => {
    const made = migrated()
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name")
      .all(name);
    const { indexes, columns } = getTableConfig(table);
    const unique = columns.flatMap((column) => (column.isUnique ? [column.uniqueName] : []));
    expect(made.map((index) => index.name)).toEqual([...indexes.map((index) => index.config.name), ...unique].sort());
  });

  it("let one unfinished job at most have a dedupe key", () => {
    const db = migrated();
    const insert =
      db.prepare(`INSERT INTO jobs (id, seq, type, params, state, dedupe_key, run_at, attempts, max_attempts,
      created_at, updated_at) VALUES (?, ?, 't', '{}', ?, 'd', 0, 0, 1, 0, 0)`);
    insert.run("a", 1, "completed");
    insert.run("b", 2, "queued");
    insert.run("c", 3, "failed");
    expect(() => insert.run("d", 4, "in_progress")).toThrow(/UNIQUE constraint/);
  });
});
