import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RowBatch, Store } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import Database from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { backupStore, checkStore, openStore } from "../src/index.ts";
import { fillStore } from "./support/fill.ts";

function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "miroir-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}

/** A filled store in a file, after some SQL that no store would run. */
async function damaged(...statements: readonly string[]): Promise<Store> {
  const path = temporary("miroir.db");
  const store = await openStore({ backend: "sqlite", path });
  await fillStore(store);
  await store.close();
  const database = new Database(path);
  for (const statement of statements) expect(database.prepare(statement).run().changes, statement).toBeGreaterThan(0);
  database.close();
  const opened = await openStore({ backend: "sqlite", path, mustExist: true });
  onTestFinished(() => opened.close());
  return opened;
}

it("finds nothing wrong with a store that was used, and says what it holds", async () => {
  const store = await damaged();
  const { tables, problems } = await checkStore(store);
  expect(problems).toEqual([]);
  const sizes = await store.sizes();
  for (const { table, rows, unreadable } of tables) expect([rows, unreadable]).toEqual([sizes[table], 0]);
});

it("reports rows that cannot be read, and goes on", async () => {
  const store = await damaged(
    "UPDATE aliases SET history = 'no JSON'",
    "UPDATE tasks SET status = 'lost' WHERE uid = 3",
  );
  const { tables, problems } = await checkStore(store);
  expect(problems).toContainEqual({
    table: "aliases",
    key: ["a"],
    problem: expect.stringContaining("history is not JSON"),
  });
  expect(problems).toContainEqual({ table: "tasks", key: [3], problem: expect.stringContaining("status") });
  expect(tables.find(({ table }) => table === "tasks")).toMatchObject({ rows: 18, unreadable: 1 });
});

it("reports counts, counters and sums that disagree with the rows", async () => {
  const store = await damaged(
    "UPDATE task_counts SET count = count + 1 WHERE status = 'enqueued' AND type = 't1' AND index_uid = 'index:1'",
    "UPDATE counters SET next = 2 WHERE name = 'tasks'",
    "UPDATE counters SET next = 0 WHERE name = 'write_hints'",
    "UPDATE cdc_overflow_sinks SET bytes = 7",
    "UPDATE canary_runs SET canary_id = 'gone'",
  );
  const found = (await checkStore(store)).problems.map(({ table, problem }) => `${table}: ${problem}`);
  expect(found).toContain("tasks: the next number is 2, and 19 has been given");
  expect(found).toContain("writeHints: the next number is 0, and 0 has been given");
  expect(found).toContainEqual(
    expect.stringMatching(/^tasks: tasks of index:1, t1, enqueued: the store says \d+, the/),
  );
  expect(found).toContain("cdcOverflow: bytes of sink: the store says 7, the rows 10");
  expect(found).toContain("canaryRuns: there are runs of gone, which is no canary");
});

it("reports rows that say two things at once", async () => {
  const store = createModelStore();
  await fillStore(store);
  const change = async (table: "jobs" | "aliases", id: string, changes: object) => {
    const { items } = await store.rows.read(table, { limit: 1000 });
    const rows = items.filter((row) => ("id" in row ? row.id : row.name) === id).map((row) => ({ ...row, ...changes }));
    await store.rows.write({ table, rows } as unknown as RowBatch);
  };
  await change("jobs", "job:5", { state: "in_progress" });
  await change("jobs", "job:6", { finishedAt: 1 });
  await change("aliases", "a", { targetUids: [] }).catch(() => change("aliases", "a", { kind: "single" }));
  expect((await checkStore(store)).problems).toEqual([
    { table: "aliases", key: ["a"], problem: "it is single and points nowhere" },
    { table: "jobs", key: ["job:5"], problem: "nobody has claimed it" },
    { table: "jobs", key: ["job:6"], problem: "it is queued and finished at 1" },
  ]);
});

it("backs a store up into a file that opens as a store, whatever the backend", async () => {
  const memory = createModelStore();
  await fillStore(memory);
  for (const store of [memory, await damaged()]) {
    const path = temporary("backup.db");
    await backupStore(store, path);
    await expect(backupStore(store, path)).rejects.toMatchObject({ code: "already_exists" });
    const copy = await openStore({ backend: "sqlite", path, mustExist: true });
    const sums = async (of: Store) => (await checkStore(of)).tables;
    expect(await sums(copy)).toEqual(await sums(store));
    await copy.close();
  }
});

it("opens no file that must exist and does not", async () => {
  const path = temporary("none.db");
  await expect(openStore({ backend: "sqlite", path, mustExist: true })).rejects.toMatchObject({ code: "not_found" });
  expect(existsSync(path)).toBe(false);
});
