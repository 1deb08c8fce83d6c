import { existsSync, statSync } from "node:fs";
import { type StoreError, systemClock } from "@miroir/store-contract";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { createEngine, openDatabase, openSqliteStore } from "../src/index.ts";
import { temporary } from "./support/folder.ts";

const task = { indexUid: "movies", type: "t", nodeTasks: {} };

it("names a row that cannot be read, and still gives its neighbours", async () => {
  const path = temporary("miroir.db");
  const reported: StoreError[] = [];
  const store = await openSqliteStore({ path, worker: false, onCorruptRow: (error) => reported.push(error) });
  for (let i = 0; i < 4; i++) await store.tasks.create(task);
  for (const type of ["bad", "good"]) await store.jobs.enqueue({ id: type, type: "t", params: {} });
  const vandal = new Database(path);
  vandal.exec("UPDATE tasks SET details = '{' WHERE uid = 1");
  vandal.exec("UPDATE tasks SET enqueued_at = 'soon' WHERE uid = 2");
  vandal.exec("UPDATE jobs SET params = 'no json' WHERE id = 'bad'");
  vandal.close();
  await expect(store.tasks.get(1)).rejects.toMatchObject({ code: "corrupt_row", table: "tasks", key: [1] });
  const { items, total } = await store.tasks.list({}, {});
  expect(items.map(({ uid }) => uid)).toEqual([3, 0]);
  expect(total).toBe(4);
  expect(reported.map(({ code, key }) => [code, key])).toEqual([
    ["corrupt_row", [2]],
    ["corrupt_row", [1]],
  ]);
  expect((await store.jobs.claim("worker", ["t"], 1000))?.id).toBe("good");
  await store.close();
});

it("tells a handle to read again when another process may have written", async () => {
  const path = temporary("miroir.db");
  const [one, other] = [await openSqliteStore({ path }), await openSqliteStore({ path })];
  const heard = new Promise((resolve) => one.watch(resolve));
  await other.aliases.create("a", { kind: "single", currentUid: "i" });
  expect(await heard).toEqual({ kind: "resync" });
  await one.close();
  await other.close();
});

it.each([true, false])("copies itself into a new file while it is written to (worker: %s)", async (worker) => {
  const store = await openSqliteStore({ path: temporary("miroir.db"), worker });
  await store.tasks.create({ ...task, details: { text: "x".repeat(500_000) } });
  const copy = temporary("copy.db");
  const steps: number[] = [];
  const copying = store.backup(copy, ({ remainingPages }) => steps.push(remainingPages));
  await store.tasks.create(task);
  await copying;
  expect(steps.length).toBeGreaterThan(0);
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  await expect(store.backup(copy)).rejects.toMatchObject({ code: "already_exists" });
  await store.close();
  const restored = await openSqliteStore({ path: copy, worker: false });
  expect((await restored.tasks.get(0))?.details).toEqual({ text: "x".repeat(500_000) });
  await restored.close();
});

it("does not take a full disk for a row that is there already", () => {
  const database = openDatabase({ path: ":memory:", synchronous: "FULL", clock: systemClock });
  const { parts } = createEngine(database, { clock: systemClock, onCorruptRow: () => {} });
  const row = parts.tasks.create(task);
  database.pragma(`max_page_count = ${database.pragma("page_count", { simple: true })}`);
  const rows = [{ ...row, uid: 1, details: { text: "x".repeat(100_000) } }];
  expect(() => parts.rows.write({ table: "tasks", rows })).toThrow(expect.objectContaining({ code: "unavailable" }));
  database.close();
});

it("leaves no write-ahead log behind when it is closed", async () => {
  const path = temporary("miroir.db");
  const store = await openSqliteStore({ path });
  await store.tasks.create(task);
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  await store.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
});
