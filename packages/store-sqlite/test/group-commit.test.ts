import { readFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import { systemClock } from "@miroir/store-contract";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { createEngine, openDatabase, openSqliteStore } from "../src/index.ts";
import { temporary } from "./support/folder.ts";

const task = { indexUid: null, type: "t", nodeTasks: {} };

/** Commits in a write-ahead log: frames that carry the database's size, under the salt of the header (SQLite's file format, 4.1). */
function commitsIn(wal: string): number {
  const bytes = readFileSync(wal);
  const frame = 24 + bytes.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= bytes.length; at += frame) {
    const current = bytes.subarray(at + 8, at + 16).equals(bytes.subarray(16, 24));
    if (current && bytes.readUInt32BE(at + 4) !== 0) commits++;
  }
  return commits;
}

describe.each([{ worker: false }, { worker: true }])("group commit (worker: $worker)", ({ worker }) => {
  it("puts the writes of one turn into few transactions, and acknowledges after the commit", async () => {
    const path = temporary("miroir.db");
    const store = await openSqliteStore({ path, worker });
    const before = commitsIn(`${path}-wal`);
    const tasks = await Promise.all(Array.from({ length: 200 }, () => store.tasks.create(task)));
    // Read before anything else may commit: what is acknowledged is in the log.
    const other = new Database(path, { readonly: true });
    expect(other.prepare("SELECT count(*) AS n FROM tasks").get()).toEqual({ n: 200 });
    other.close();
    expect(tasks.map(({ uid }) => uid)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(commitsIn(`${path}-wal`) - before).toBeLessThanOrEqual(4);
    await store.close();
  });

  it("lets one that fails fail alone", async () => {
    const store = await openSqliteStore({ path: temporary("miroir.db"), worker });
    const target = { kind: "single", currentUid: "i" } as const;
    const names = ["a", "b", "a", "c"];
    const outcomes = await Promise.allSettled(names.map((name) => store.aliases.create(name, target)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect((await store.aliases.list({})).items.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    await store.close();
  });

  it("writes on the thread it says", async () => {
    const store = await openSqliteStore({ path: temporary("miroir.db"), worker });
    if (worker) expect(store.writerThreadId).toBeGreaterThan(threadId);
    else expect(store.writerThreadId).toBeNull();
    await store.close();
  });
});

it("undoes a write that fails halfway, and keeps those before and after it", () => {
  const database = openDatabase({ path: ":memory:", synchronous: "FULL", clock: systemClock });
  const engine = createEngine(database, { clock: systemClock, onCorruptRow: () => {} });
  // By then the uid is taken and the row is in.
  database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON task_counts WHEN new.type = 'refused' BEGIN
    SELECT RAISE(ABORT, 'refused'); END`);
  const call = (type: string) => ({ part: "tasks" as const, method: "create", args: [{ ...task, type }, undefined] });
  const outcomes = engine.runGroup([call("first"), call("refused"), call("last")]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  const { items, total } = engine.parts.tasks.list({}, {});
  expect(items.map(({ uid, type }) => [uid, type])).toEqual([
    [1, "last"],
    [0, "first"],
  ]);
  expect(total).toBe(2);
  database.close();
});

describe("writes that a power cut may take", () => {
  const rate = { limit: 5, windowMs: 1000 };

  it("wait for no sync, and leave those of others as they are", () => {
    const database = openDatabase({ path: temporary("miroir.db"), synchronous: "FULL", clock: systemClock });
    const levels: unknown[] = [];
    // Each step asks for the time: what a commit will wait for is seen in the midst of its transaction.
    const now = (): number => {
      levels.push(database.pragma("synchronous", { simple: true }));
      return Date.now();
    };
    const engine = createEngine(database, { clock: { now }, onCorruptRow: () => {} });
    const consume = { part: "rateLimits", method: "consume", args: ["bucket", "key", rate, undefined] } as const;
    const create = { part: "tasks", method: "create", args: [task, undefined] } as const;
    for (const group of [[consume], [create], [consume, consume], [create, consume]]) engine.runGroup(group);
    const [NORMAL, FULL] = [1, 2];
    expect(levels).toEqual([NORMAL, FULL, NORMAL, NORMAL, FULL, FULL]);
    database.close();
  });

  it("come before those that wait, in a transaction of their own", async () => {
    const store = await openSqliteStore({ path: temporary("miroir.db"), worker: false });
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    await Promise.all([
      store.tasks.create(task).then(note("task")),
      store.rateLimits.consume("bucket", "key", rate).then(note("count")),
      store.tasks.create(task).then(note("task")),
      store.rateLimits.consume("bucket", "key", rate).then(note("count")),
    ]);
    expect(order).toEqual(["count", "count", "task", "task"]);
    expect((await store.rateLimits.consume("bucket", "key", rate)).remaining).toBe(2);
    await store.close();
  });
});

describe("a full disk", () => {
  it("is reported as itself, undoes what did not fit, and spares what fits (max_page_count)", async () => {
    const database = openDatabase({ path: temporary("miroir.db"), synchronous: "FULL", clock: systemClock });
    const engine = createEngine(database, { clock: systemClock, onCorruptRow: () => {} });
    database.pragma(`max_page_count = ${Number(database.pragma("page_count", { simple: true })) + 4}`);
    const call = (details: object) => ({
      part: "tasks" as const,
      method: "create",
      args: [{ ...task, details }, undefined],
    });
    const outcomes = engine.runGroup([call({}), call({ large: "x".repeat(100_000) }), call({})]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    const full = outcomes[1];
    if (full === undefined || full.ok) throw new Error("it fitted");
    expect(full.error).toMatchObject({ code: "unavailable", retryable: true, table: "tasks", operation: "create" });
    expect(full.error.message).toContain("SQLITE_FULL");
    expect(engine.parts.tasks.list({}, {})).toMatchObject({ total: 2, items: [{ uid: 1 }, { uid: 0 }] });
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    database.close();
  });
});
