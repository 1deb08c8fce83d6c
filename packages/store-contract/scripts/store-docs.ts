// Prints docs/store.md from the schema and from what is known of the store's methods: `npm run docs`.
import { readFileSync } from "node:fs";
import { BESIDE, TABLES } from "@miroir/schema";
import { readMigrations } from "@miroir/schema/migrations";
import { type Column, getTableColumns, SQL } from "drizzle-orm";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { type MethodSpec, STORE_METHODS, WATCHED_TABLES } from "../src/index.ts";

/** What is in a column, by the class that Drizzle keeps it with. */
const KINDS: Record<string, string> = {
  SQLiteInteger: "integer",
  SQLiteText: "text",
  SQLiteBoolean: "boolean",
  SQLiteTextJson: "JSON",
  SQLiteBlobBuffer: "bytes",
};

/** A table's keyspace, whatever its columns are. */
interface Keyspace {
  readonly table: SQLiteTable;
  readonly name: string;
  readonly key: readonly string[];
  readonly index: { readonly kind: "set" } | { readonly kind: "sorted"; readonly by: string };
  readonly deadline: string | null;
}

/** The sentences written above a table and its columns, which are not there any more when the program runs. */
function commentsOf(folder: "tables" | "beside", { name }: Keyspace) {
  const file = `../../schema/src/${folder}/${name.replaceAll("_", "-")}.ts`;
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  const comment = String.raw`/\*\* (.*) \*/\s*`;
  const ofTable = new RegExp(`${comment}export const \\w+ = sqliteTable\\(`).exec(source)?.[1];
  if (ofTable === undefined) throw new Error(`${file} does not say what the table is for`);
  return { ofTable, ofColumn: (property: string) => new RegExp(`${comment}${property}: `).exec(source)?.[1] ?? "" };
}

const code = (name: string): string => `\`${name}\``;

function columnName(table: SQLiteTable, property: string): string {
  const column: Column | undefined = getTableColumns(table)[property];
  if (column === undefined) throw new Error(`there is no column ${property}`);
  return column.name;
}

/** How rows are found, apart from their key. */
function sqlIndexes({ table }: Keyspace): string {
  const { indexes } = getTableConfig(table);
  const listed = indexes.map(({ config: { columns, unique, where } }) => {
    const names = columns.map((column) => (column instanceof SQL ? "…" : (column as Column).name));
    return `${code(names.join(", "))}${unique ? ", unique" : ""}${where === undefined ? "" : ", of some rows"}`;
  });
  return listed.length === 0 ? "" : `SQLite finds rows by ${listed.join("; by ")} too. `;
}

function section(folder: "tables" | "beside", property: string, keyspace: Keyspace): string {
  const { table, name, key, index, deadline } = keyspace;
  const { ofTable, ofColumn } = commentsOf(folder, keyspace);
  const column = (of: string) => columnName(table, of);
  const keyNames = key.map(column);
  const rows = Object.entries(getTableColumns(table)).map(([of, { columnType, notNull, enumValues, ...rest }]) => {
    const kind = KINDS[columnType];
    if (kind === undefined) throw new Error(`${name}.${rest.name} is a ${columnType}, for which there is no word`);
    const values = enumValues === undefined ? [] : [`One of ${enumValues.map(code).join(", ")}.`];
    const said = [ofColumn(of), ...values].filter((text) => text !== "").join(" ");
    return `| ${code(rest.name)} | ${kind}${notNull ? "" : ", may be absent"} | ${said.replaceAll("|", "\\|")} |\n`;
  });
  const methods: readonly [string, MethodSpec][] = Object.entries(
    (STORE_METHODS as Record<string, Record<string, MethodSpec>>)[property] ?? {},
  );
  const ofKind = (kind: MethodSpec["kind"]) =>
    methods.flatMap(([method, spec]) => (spec.kind === kind ? [code(method)] : [])).join(", ");
  const isWatched = (WATCHED_TABLES as readonly string[]).includes(name);
  return `### \`${name}\`

${ofTable}

| column | holds | |
| --- | --- | --- |
${rows.join("")}
Key: ${code(keyNames.join(", "))}. ${
    property === "taskCounts"
      ? "In Redis two hashes, `{miroir}:task_counts:_kinds` and `{miroir}:task_counts:_pairs`, a field a count. "
      : `In Redis ${code(`{miroir}:${name}:${keyNames.map((part) => `<${part}>`).join(":")}`)}, listed in ${code(`{miroir}:${name}:_index`)}${
          index.kind === "sorted" ? ` by ${code(column(index.by))}` : ""
        }. `
  }${sqlIndexes(keyspace)}${
    deadline === null ? "" : `A row is absent from ${code(column(deadline))} on, and then swept. `
  }${isWatched ? "Gateways keep rows in memory, and are told of each change. " : ""}

${methods.length === 0 ? "Written and read with other tables' methods.\n" : `Read by ${ofKind("read")}; written by ${ofKind("write")}.\n`}`;
}

const sections = (folder: "tables" | "beside", spaces: Readonly<Record<string, Keyspace>>): string =>
  Object.entries(spaces)
    .map(([property, keyspace]) => section(folder, property, keyspace).replaceAll(/ +$/gm, ""))
    .join("\n");

process.stdout.write(`# The store

<!-- Written by \`npm run docs\` from packages/schema and packages/store-contract; change it there. -->

What gateways have to remember they keep in a store: a SQLite file for a single gateway, or a Redis that several share. Documents are
not in it: those are on the nodes. Both stores keep the same tables behind one contract, so this page is about both, and
\`npm run miroir -- store copy\` moves everything from one to the other. What is promised of it, and what may be lost, is in
[reliability.md](reliability.md).

\`npm run miroir -- store stats\` counts the rows, \`store check\` reads all of them and compares them with what is derived from them
([command-line.md](command-line.md)). Change nothing in a store by hand: other gateways would not hear of it.

## The keyspace

| | SQLite | Redis |
| --- | --- | --- |
| a row | a row | a hash, \`{miroir}:<table>:<key>\`, one field a column, of the column's name |
| an absent value | \`NULL\` | no field |
| JSON | text | text |
| yes or no | \`1\`, \`0\` | \`1\`, \`0\` |
| bytes | a blob | raw in fields, hexadecimal in keys |
| the keys of a table | its primary key | a sorted set, \`{miroir}:<table>:_index\` |
| further indexes | indexes | sorted sets, \`{miroir}:<table>:_by_…\` |
| the version of all this | \`schema_version\`, a row for each migration | \`{miroir}:_schema\` |
| changes, for gateways that keep rows in memory | the file is asked whether it has changed | messages on a channel |

In Redis every name begins with \`{miroir}:\`, or with what \`task_store.prefix\` says, in braces: gateways with one prefix are one
Miroir, and several Miroirs can share a server. The braces keep all of it on one master of a Redis Cluster. In keys of several parts a \`:\`
within any part but the last is \`%3A\`, and a \`%\` is \`%25\`; a key that would begin with \`_\` begins with two. What a row takes in memory
is in [redis-memory.md](redis-memory.md), how scripts write it in \`packages/store-redis/README.md\`.

Times are milliseconds since 1970 by the store's clock. The layout is at version ${readMigrations().length}: a gateway that finds an older store brings it to
its own version when it starts, and refuses a newer one.

## The tables

A table that stays empty belongs to something that you do not use, or that this version does not have yet.

${sections("tables", TABLES)}
## Kept beside them

${sections("beside", BESIDE)}`);
