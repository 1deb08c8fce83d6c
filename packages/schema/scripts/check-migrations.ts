// Fails when the tables in src/ and the migrations in migrations/ disagree: regenerates into a copy and looks for news.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const root = new URL("../../..", import.meta.url).pathname;
const migrations = join(root, "packages/schema/migrations");
// drizzle-kit takes paths relative to its working folder only, so the copy lives beside the original.
const copy = mkdtempSync(join(root, "packages/schema/.drift-"));

try {
  cpSync(migrations, copy, { recursive: true });
  const kit = spawnSync(
    "drizzle-kit",
    [
      "generate",
      "--dialect=sqlite",
      "--schema=./packages/schema/src/{tables,beside}/*.ts",
      `--out=./packages/schema/${copy.split("/").at(-1)}`,
    ],
    { cwd: root, encoding: "utf8" },
  );
  const added = readdirSync(copy).filter((name) => !readdirSync(migrations).includes(name));
  if (kit.status !== 0 || added.length > 0 || !kit.stdout.includes("No schema changes")) {
    console.error(kit.stdout + kit.stderr);
    console.error("The schema and its migrations disagree: run `npx pnpm generate` and commit what it writes.");
    process.exitCode = 1;
  } else {
    console.log("Schema and migrations agree.");
  }
} finally {
  rmSync(copy, { recursive: true });
}
