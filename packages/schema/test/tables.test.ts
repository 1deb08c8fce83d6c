import { KEYSPACES, schemaVersion, TABLES } from "@miroir/schema";
import { getTableColumns, getTableName } from "drizzle-orm";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";

const keyspaces = Object.entries(KEYSPACES);

describe("the catalog", () => {
  it("has the fourteen tables under their names, in their order", () => {
    expect(Object.values(TABLES).map((table) => table.name)).toEqual([
      "tasks",
      "node_settings_version",
      "aliases",
      "sessions",
      "idempotency_cache",
      "jobs",
      "leader_lease",
      "canaries",
      "canary_runs",
      "cdc_cursors",
      "tenant_map",
      "rollover_policies",
      "search_ui_config",
      "admin_sessions",
    ]);
  });

  it("names each table once, by its own name in SQL", () => {
    const names = keyspaces.map(([, keyspace]) => keyspace.name);
    expect(new Set(names).size).toBe(names.length);
    for (const [property, { name, table }] of keyspaces) {
      expect(getTableName(table)).toBe(name);
      expect(property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).toBe(name);
    }
    expect(names).not.toContain(getTableName(schemaVersion));
  });

  it.each(keyspaces)("%s names columns of its table, and the table's own primary key", (_, keyspace) => {
    const table: SQLiteTable = keyspace.table;
    const columns = getTableColumns(table);
    const { primaryKeys, columns: list } = getTableConfig(table);
    const composite = primaryKeys[0]?.columns.map((column) => column.name);
    const key = composite ?? list.filter((column) => column.primary).map((column) => column.name);
    expect(keyspace.key.map((property) => columns[property]?.name)).toEqual(key);
    if (keyspace.index.kind === "sorted") expect(columns[keyspace.index.by]?.columnType).toBe("SQLiteInteger");
    if (keyspace.deadline !== null) expect(columns[keyspace.deadline]?.notNull).toBe(true);
  });

  it.each(keyspaces)("%s has columns in snake case, times in _at and durations in _ms", (_, { table }) => {
    for (const [property, column] of Object.entries(getTableColumns(table as SQLiteTable))) {
      expect(column.name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      if (property.endsWith("At")) expect(column.name).toMatch(/_at$/);
      if (property.endsWith("Ms")) expect(column.name).toMatch(/_ms$/);
      if (/_(at|ms)$/.test(column.name)) expect(column.columnType).toBe("SQLiteInteger");
    }
  });

  it("gives a deadline to the rows that expire, and to no others", () => {
    const expiring = keyspaces.filter(([, keyspace]) => keyspace.deadline !== null).map(([, { name }]) => name);
    expect(expiring.sort()).toEqual([
      "admin_sessions",
      "gateways",
      "idempotency_cache",
      "login_backoff",
      "rate_limits",
      "scoped_key_observations",
      "sessions",
    ]);
  });
});
