import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Migration {
  /** 1 for the first. */
  readonly version: number;
  readonly name: string;
  /** SHA-256 hex of the SQL file. */
  readonly hash: string;
  readonly statements: readonly string[];
}

const STATEMENT_BREAK = "--> statement-breakpoint";
const folder = new URL("../migrations/", import.meta.url);

/**
 * The migrations drizzle-kit generated, oldest first. Append-only: a released one is never edited, since its hash is recorded
 * in every database that has seen it.
 * @throws Error when a file the journal names cannot be read.
 */
export function readMigrations(): Migration[] {
  const journal: { entries: { idx: number; tag: string }[] } = JSON.parse(
    readFileSync(new URL("meta/_journal.json", folder), "utf8"),
  );
  return journal.entries.map(({ idx, tag }) => {
    const sql = readFileSync(new URL(`${tag}.sql`, folder), "utf8");
    return {
      version: idx + 1,
      name: tag,
      hash: createHash("sha256").update(sql).digest("hex"),
      statements: sql.split(STATEMENT_BREAK).map((statement) => statement.trim()),
    };
  });
}
