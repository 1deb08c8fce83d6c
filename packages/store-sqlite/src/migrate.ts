import { schemaVersion } from "@miroir/schema";
import { type Migration, readMigrations } from "@miroir/schema/migrations";
import { type Clock, StoreError } from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";
import { asc } from "drizzle-orm";
import { pick } from "./codec.ts";
import { build, createStatements, param } from "./statements.ts";

const selectApplied = build
  .select(pick(schemaVersion, "version", "hash"))
  .from(schemaVersion)
  .orderBy(asc(schemaVersion.version));
const recordApplied = build
  .insert(schemaVersion)
  .values({ version: param("version"), name: param("name"), hash: param("hash"), appliedAt: param("appliedAt") });

const foreign = (why: string): StoreError =>
  new StoreError("schema_foreign", `the database is not one of Miroir's: ${why}; nothing was changed`);

/**
 * Which migrations a database has seen. Reads only.
 * @returns how many of `migrations`, the first ones.
 * @throws StoreError schema_newer, schema_foreign.
 */
export function judgeSchema(database: BetterSqlite3.Database, migrations: readonly Migration[]): number {
  const tables = database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .pluck()
    .all();
  if (tables.length === 0) return 0;
  if (!tables.includes("schema_version"))
    throw foreign(`it has tables (${tables.slice(0, 3).join(", ")}) without a history`);
  const applied = readApplied(database);
  const differs = migrations.findIndex(({ version, hash }, i) => {
    const seen = applied[i];
    return seen !== undefined && (seen.version !== version || seen.hash !== hash);
  });
  if (differs !== -1) throw foreign(`its migration ${differs + 1} is another`);
  if (applied.length === 0) throw foreign("its history is empty");
  if (applied.length > migrations.length) {
    throw new StoreError(
      "schema_newer",
      `the database has migration ${applied.length}, this Miroir knows ${migrations.length}: use a newer one; nothing was changed`,
    );
  }
  return applied.length;
}

function readApplied(database: BetterSqlite3.Database): { version: number; hash: string }[] {
  const columns = database.pragma("table_info(schema_version)") as { name: string }[];
  const names = columns.map(({ name }) => name);
  if (!["version", "name", "hash", "applied_at"].every((name) => names.includes(name))) {
    throw foreign("its schema_version is another's");
  }
  return createStatements(database, () => {})
    .raw(selectApplied)
    .all({});
}

/**
 * Applies what is missing, in one immediate transaction: of several processes that open a new file at once, one migrates, and the
 * others find it done.
 * @throws StoreError schema_newer, schema_foreign, with nothing changed.
 */
export function migrate(database: BetterSqlite3.Database, clock: Clock, migrations = readMigrations()): void {
  if (judgeSchema(database, migrations) === migrations.length) return;
  const applyMissing = database.transaction(() => {
    const missing = migrations.slice(judgeSchema(database, migrations));
    for (const { version, name, hash, statements } of missing) {
      for (const statement of statements) database.exec(statement);
      createStatements(database, () => {})
        .raw(recordApplied)
        .run({ version, name, hash, appliedAt: clock.now() });
    }
  });
  applyMissing.immediate();
}
