import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MOVABLE_TABLES } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { openSqliteStore } from "@miroir/store-sqlite";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { temporary } from "../support/folder.ts";
import { fillAllTables } from "./fill.ts";
import { fixtureClock as clock } from "./fixture.ts";
import { listRows } from "./rows.ts";

// That Redis' fields are those of the list is what packages/store-redis/test/fields.redis.test.ts shows, on a server; that the
// migrations make what the schema's source says, packages/schema/scripts/check-migrations.ts.
const LIST = join(import.meta.dirname, "../../../store-redis/test/fields.txt");

interface Column {
  readonly table: string;
  readonly name: string;
  readonly kind: string;
  readonly nullable: boolean;
}

function readList(): Column[] {
  let table = "";
  return readFileSync(LIST, "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      const [name = "", , ...kinds] = line.trim().split(/ {2,}/);
      if (line.startsWith(" "))
        return [{ table, name, kind: kinds.join(" "), nullable: line.endsWith(", may be absent") }];
      table = name;
      return [];
    });
}

/** What a column of SQL holds that is a field of this kind. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  integer: "integer",
  boolean: "integer",
  text: "text",
  json: "text",
  blob: "blob",
};

it("has the columns of Redis' fields in SQL, of the same types, NULL where a field may be absent", async () => {
  const path = temporary("store.db");
  await (await openSqliteStore({ path, worker: false })).close();
  const database = new Database(path, { readonly: true });
  const list = readList();
  const expected = list.map(({ table, name, kind, nullable }) => {
    const type = SQL_TYPES[kind.replace(", may be absent", "")] ?? `no type for ${kind}`;
    return `${table}.${name} ${type}${nullable ? "" : " not null"}`;
  });
  const actual = [...new Set(list.map(({ table }) => table))].flatMap((table) =>
    (database.pragma(`table_info(${table})`) as { name: string; type: string; notnull: number }[]).map(
      ({ name, type, notnull }) => `${table}.${name} ${type.toLowerCase()}${notnull === 1 ? " not null" : ""}`,
    ),
  );
  database.close();
  expect(actual.sort()).toEqual(expected.sort());
  expect(actual.length).toBeGreaterThan(100);
});

it("has the same columns in the contract's rows", async () => {
  const model = createModelStore({ clock });
  await fillAllTables(model);
  const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const columns = new Set(
    (await listRows(model, MOVABLE_TABLES)).map((line) => snakeCase(line.slice(0, line.indexOf(" ")))),
  );
  const derived = "task_counts";
  const list = readList().filter(({ table }) => table !== derived);
  expect([...columns].sort()).toEqual(list.map(({ table, name }) => `${table}.${name.replace(/_json$/, "")}`).sort());
});
