import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { measureMemory } from "../scripts/memory/figures.ts";
import { startServer } from "./support/redis.ts";

/** A fourth of the page's, so that the buckets of the server's tables are as full. */
const ROWS = 1000;
const MAY_MOVE = 0.15;

const page = readFileSync(new URL("../../../docs/redis-memory.md", import.meta.url), "utf8");
const measuredOn = /Measured on Redis (\d+\.\d+)/.exec(page)?.[1] ?? "";

/** The numbers of a table's row by its first cell, `undefined` for cells that are words. */
function numbersOf(section: string, row: string): (number | undefined)[] {
  const text = page.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "";
  const line = text.split("\n").find((line) => line.startsWith(`| ${row} |`));
  if (line === undefined) throw new Error(`the page has no row ${row} in ${section}`);
  const cells = line.split("|").slice(2, -1);
  return cells.map((cell) => (/^ [\d,.]+ /.test(cell) ? Number.parseFloat(cell.replaceAll(",", "")) : undefined));
}

function expectNear(stated: number | undefined, measured: number, what: string): void {
  const moved = Math.abs(measured / (stated ?? Number.NaN) - 1);
  expect(moved, `${what}: the page says ${stated}, now it is ${measured}; npm run docs:redis-memory`).toBeLessThan(
    MAY_MOVE,
  );
}

const server = await startServer(["--appendonly", "no"]);
afterAll(() => server.stop());
const figures = await measureMemory(server.url, ROWS);
const isComparable = figures.server.startsWith(`${measuredOn}.`);
const why = isComparable
  ? ""
  : ` (skipped: this is ${figures.server}, the page of ${measuredOn}, which packs otherwise)`;

describe.skipIf(!isComparable)(`docs/redis-memory.md${why}`, () => {
  it.each(figures.tables)(
    "tells what a row of $table takes",
    ({ table, bytesPerRow, entriesPerRow, bytesPerEntry }) => {
      const [, row, entries, entry, all] = numbersOf("Rows and their index entries", `\`${table}\``);
      expectNear(row, bytesPerRow, `${table}, a row`);
      expect(entries).toBe(entriesPerRow);
      expectNear(entry, bytesPerEntry, `${table}, an index entry`);
      expectNear(all, bytesPerRow + entriesPerRow * bytesPerEntry, `${table}, in all`);
    },
  );

  it("tells what keys that are not rows take", () => {
    const section = "Keys that are not rows";
    const { schema, perAnswer, perTaskCount } = figures.beside;
    expectNear(numbersOf(section, "`{miroir}:_schema`").at(-1), schema, "the schema's key");
    expectNear(numbersOf(section, "`{miroir}:_replies:<handle>`").at(-1), perAnswer, "an answer");
    expectNear(numbersOf(section, "`{miroir}:task_counts:…`").at(-1), perTaskCount, "a count");
  });

  it.each(figures.load.tables)("tells what $table takes of the representative load", (measured) => {
    const [rows, bytes, indexBytes] = numbersOf("The representative load", `\`${measured.table}\``);
    expect(rows).toBe(measured.rows);
    if (measured.rows > 0) expectNear(bytes, measured.bytes, `${measured.table}, rows`);
    expectNear(indexBytes, measured.indexBytes, `${measured.table}, indexes`);
  });

  it("tells what the representative load takes", () => {
    const { bytes, serverBytes } = figures.load;
    expectNear(numbersOf("The representative load", "all keys")[0], bytes / 1e6, "all keys");
    const grew = "by how much the server's `used_memory` grew";
    expectNear(numbersOf("The representative load", grew)[0], serverBytes / 1e6, grew);
  });
});
