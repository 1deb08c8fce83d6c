import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readMigrations } from "@miroir/schema/migrations";
import { StoreError, systemClock } from "@miroir/store-contract";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openDatabase, openSqliteStore } from "../src/index.ts";
import { temporary } from "./support/folder.ts";

const run = promisify(execFile);
const child = fileURLToPath(new URL("support/open-child.ts", import.meta.url));

async function refusal(path: string): Promise<StoreError> {
  const error = await openSqliteStore({ path, worker: false }).then(
    async (store) => {
      await store.close();
      throw new Error("it was opened");
    },
    (thrown: unknown) => thrown,
  );
  if (error instanceof StoreError) return error;
  throw error;
}

async function made(path: string): Promise<void> {
  await (await openSqliteStore({ path, worker: false })).close();
}

function edit(path: string, ...statements: string[]): Buffer {
  const database = new Database(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return readFileSync(path);
}

describe("opening", () => {
  it("makes a file for its owner only, in WAL mode with synchronous=FULL", async () => {
    const path = temporary("miroir.db");
    const store = await openSqliteStore({ path });
    await store.health();
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await store.schemaVersion()).toBe(readMigrations().length);
    await store.close();
    const database = openDatabase({ path, synchronous: "FULL", clock: systemClock });
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(database.pragma("synchronous", { simple: true })).toBe(2);
    database.close();
  });

  it("lets eight processes make one new file at once", { timeout: 120_000 }, async () => {
    const path = temporary("miroir.db");
    const children = await Promise.all(
      Array.from({ length: 8 }, () => run(process.execPath, [child, path], { timeout: 100_000 })),
    );
    expect(children.map(({ stdout }) => Number(stdout)).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const database = new Database(path, { readonly: true });
    expect(database.prepare("SELECT count(*) AS n FROM schema_version").get()).toEqual({ n: readMigrations().length });
    database.close();
  });

  it("refuses a newer schema and leaves the file as it is", async () => {
    const path = temporary("miroir.db");
    await made(path);
    const newer = `INSERT INTO schema_version VALUES (${readMigrations().length + 1}, 'later', 'hash', 0)`;
    const before = edit(path, newer, "CREATE TABLE later (id)");
    expect((await refusal(path)).code).toBe("schema_newer");
    expect(readFileSync(path)).toEqual(before);
  });

  it.each([
    ["other tables", ["CREATE TABLE users (id)"]],
    ["another history", ["CREATE TABLE schema_version (version)", "INSERT INTO schema_version VALUES (1)"]],
  ])("refuses a database with %s and leaves the file as it is", async (_what, statements) => {
    const path = temporary("foreign.db");
    const before = edit(path, ...statements);
    expect((await refusal(path)).code).toBe("schema_foreign");
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a database whose migrations were other ones", async () => {
    const path = temporary("miroir.db");
    await made(path);
    const before = edit(path, "UPDATE schema_version SET hash = 'another'");
    expect((await refusal(path)).code).toBe("schema_foreign");
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a file that is no database and leaves it as it is", async () => {
    const path = temporary("notes.txt");
    writeFileSync(path, "not a database ".repeat(1000));
    const error = await refusal(path);
    expect(error.code).toBe("schema_foreign");
    expect(error.message).toContain("SQLITE_NOTADB");
    expect(readFileSync(path, "utf8")).toBe("not a database ".repeat(1000));
  });

  it("reports a folder that is not there", async () => {
    const error = await refusal(join(temporary("missing"), "miroir.db"));
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "unavailable", retryable: false });
  });

  it("refuses a clock that its thread could not read", async () => {
    const opening = openSqliteStore({ path: temporary("miroir.db"), clock: { now: () => 0 } });
    await expect(opening).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it.skipIf(process.getuid?.() !== 0)(
    "reports a read-only folder (a child under another uid; needs root to make one)",
    { timeout: 60_000 },
    async () => {
      const path = temporary("folder");
      chmodSync(dirname(path), 0o755);
      mkdirSync(path, { mode: 0o555 });
      chownSync(path, 65534, 65534);
      const failed = await run(process.execPath, [child, join(path, "miroir.db")], { uid: 65534, gid: 65534 }).catch(
        (error: { stderr: string }) => error,
      );
      expect(failed.stderr).toContain("SQLITE_CANTOPEN");
      expect(failed.stderr).toContain("code: 'unavailable'");
    },
  );
});
