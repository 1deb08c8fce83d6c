import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MOVABLE_TABLES, type Store, StoreError } from "@miroir/store-contract";
import { createModelStore } from "@miroir/store-contract/model";
import { afterAll, describe, expect, it } from "vitest";
import { type CopyReport, checkStore, copyStore, openStore, type TableProgress } from "../src/index.ts";
import { fillStore } from "./support/fill.ts";
import { startRedis, testPrefix } from "./support/redis.ts";

const redis = await startRedis();
const folder = await mkdtemp(join(tmpdir(), "miroir-copy-"));
let files = 0;
const open: Record<string, () => Promise<Store>> = {
  memory: async () => createModelStore(),
  sqlite: () => openStore({ backend: "sqlite", path: join(folder, "made", `${files++}.db`) }),
  redis: () => openStore({ backend: "redis", url: redis.url, prefix: testPrefix() }),
};

afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

async function withStores(kinds: readonly string[], run: (...stores: Store[]) => Promise<void>): Promise<void> {
  const stores = await Promise.all(kinds.map((kind) => open[kind]?.() ?? expect.fail(kind)));
  try {
    await run(...stores);
  } finally {
    for (const store of stores) {
      for (const table of MOVABLE_TABLES) await store.rows.clear(table, 1000);
      await store.close();
    }
  }
}

const written = ({ tables }: CopyReport) => tables.reduce((sum, table) => sum + table.written, 0);
const rows = ({ tables }: CopyReport) => tables.reduce((sum, table) => sum + table.rows, 0);

/** The store, but that its `n`th write of rows fails. */
function failingAt(store: Store, n: number): Store {
  let writes = 0;
  const write: Store["rows"]["write"] = async (batch) => {
    writes++;
    if (writes === n) throw new StoreError("unavailable", "the target is gone", { retryable: true });
    await store.rows.write(batch);
  };
  return { ...store, rows: { ...store.rows, write } };
}

describe.each([
  ["sqlite", "sqlite"],
  ["memory", "sqlite"],
  ["sqlite", "redis"],
  ["redis", "sqlite"],
  ["redis", "redis"],
])("from %s to %s", (source, target) => {
  it("copies every row, and the target goes on where the source was", () =>
    withStores([source, target], async (from, to) => {
      await fillStore(from);
      const seen: TableProgress[] = [];
      const report = await copyStore(from, to, { onProgress: (progress) => seen.push(progress) });
      expect(report.problems).toEqual([]);
      const sizes = await from.sizes();
      for (const table of report.tables) {
        expect(table.rows, table.table).toBe(sizes[table.table]);
        expect(table.rows).toBeGreaterThan(0);
        expect(table.target).toEqual({ rows: table.rows, checksum: table.checksum });
      }
      expect(seen.at(-1)).toMatchObject({ phase: "verify", done: rows(report), total: rows(report) });
      const { tables, problems } = await checkStore(to);
      expect(problems).toEqual([]);
      expect(tables.map(({ checksum }) => checksum)).toEqual(report.tables.map(({ checksum }) => checksum));
      expect(await to.tasks.list({ indexUids: ["index:1"] }, {})).toEqual(
        await from.tasks.list({ indexUids: ["index:1"] }, {}),
      );
      const [next, same] = await Promise.all(
        [from, to].map((store) => store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} })),
      );
      expect(same?.uid).toBe(next?.uid);
    }));

  it("goes on after an interruption without writing a row twice", () =>
    withStores([source, target], async (from, to) => {
      await fillStore(from, 300);
      const stopped = copyStore(from, failingAt(to, 4));
      await expect(stopped).rejects.toMatchObject({ code: "unavailable", message: "the target is gone" });
      const before = await to.sizes();
      expect(before.tasks).toBeGreaterThan(0);
      expect(before.scopedKeys).toBe(0);
      await expect(copyStore(from, to)).rejects.toMatchObject({ code: "already_exists" });
      const report = await copyStore(from, to, { resume: true });
      expect(report.problems).toEqual([]);
      const there = MOVABLE_TABLES.reduce((sum, table) => sum + before[table], 0);
      expect(written(report)).toBe(rows(report) - there);
      expect(written(await copyStore(from, to, { resume: true }))).toBe(0);
    }));
});

it("refuses a target that is not empty, and changes nothing", () =>
  withStores(["memory", "sqlite"], async (from, to) => {
    await fillStore(from);
    await to.aliases.create("mine", { kind: "single", currentUid: "i" });
    const refusal = { code: "already_exists", message: expect.stringContaining("aliases 1") };
    await expect(copyStore(from, to)).rejects.toMatchObject(refusal);
    await expect(copyStore(from, to, { overwrite: true, resume: true })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect((await to.sizes()).tasks).toBe(0);
    expect(await to.aliases.get("mine")).not.toBeNull();
  }));

it("overwrites when told, and leaves nothing of what was there", () =>
  withStores(["memory", "sqlite"], async (from, to) => {
    await fillStore(to, 300);
    await fillStore(from, 5);
    await to.aliases.create("mine", { kind: "single", currentUid: "i" });
    expect((await copyStore(from, to, { overwrite: true })).problems).toEqual([]);
    expect(await to.aliases.get("mine")).toBeNull();
    expect((await checkStore(to)).problems).toEqual([]);
  }));

it("says which table of a resumed target holds what the source does not", () =>
  withStores(["memory", "sqlite"], async (from, to) => {
    await from.aliases.create("a", { kind: "single", currentUid: "i" });
    await to.aliases.create("b", { kind: "single", currentUid: "i" });
    const { problems } = await copyStore(from, to, { resume: true });
    expect(problems).toEqual([
      { table: "aliases", key: null, problem: "the copy differs: 1 rows in the source, 2 in the target" },
    ]);
  }));
