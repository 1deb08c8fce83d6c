import { KEYSPACES } from "@miroir/schema";
import { type MovableTable, type RawRows, rowKey, rowKeyText } from "../src/beside/raw-rows.ts";
import { isJobFinished } from "../src/rules/job-states.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";
import type { ModelTable } from "./table.ts";

type Row = Readonly<Record<string, unknown>>;

/** What no two rows of a table may share. */
const UNIQUE: Partial<Record<MovableTable, (row: Row) => unknown[]>> = {
  indexes: (row) => [row.physicalUid],
  jobs: ({ seq, dedupeKey, state }) => {
    const isWaiting = !isJobFinished(state as Parameters<typeof isJobFinished>[0]);
    return dedupeKey !== null && isWaiting ? [seq, dedupeKey] : [seq];
  },
};

export function createRawRows({ tables }: Model): Sync<RawRows> {
  // One shape for all tables: what each of them holds is known to the door.
  const tableOf = (name: MovableTable) => tables[name] as unknown as ModelTable<Row>;
  return {
    read(name, page) {
      const rows = tableOf(name).stored();
      const { key, table } = KEYSPACES[name];
      const columns = table as unknown as Record<string, { dataType: string }>;
      const kinds = key.map((part) => (columns[part]?.dataType === "number" ? "number" : "string"));
      return { ...pageOf(rows, page, kinds, (row) => rowKey(name, row)), unreadable: [] } as never;
    },
    write({ table, rows }) {
      const given = new Set<string>(rows.map((row) => rowKeyText(table, row)));
      const others = tableOf(table)
        .stored()
        .filter((row) => !given.has(rowKeyText(table, row)));
      const unique = UNIQUE[table] ?? (() => []);
      const taken = new Set(others.flatMap(unique));
      for (const row of rows) {
        for (const value of unique(row)) {
          if (taken.has(value))
            throw refuse("already_exists", table, "write", rowKey(table, row), "another row has it");
          taken.add(value);
        }
      }
      for (const row of rows) tableOf(table).set(row);
    },
    clear(name, limit) {
      const doomed = tableOf(name).stored().slice(0, limit);
      for (const row of doomed) tableOf(name).delete(row);
      return doomed.length;
    },
  };
}
