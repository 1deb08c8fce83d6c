import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { temporary } from "./support/folder.ts";

const child = fileURLToPath(new URL("support/write-child.ts", import.meta.url));
const ROUNDS = 10;

/** Lets a child write until it has acknowledged so many tasks, then kills it. @returns the uids it acknowledged. */
async function writeAndKill(path: string, mode: string, acknowledgements: number): Promise<number[]> {
  const writer = spawn(process.execPath, [child, path, mode], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  writer.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.split("\n").length > acknowledgements) writer.kill("SIGKILL");
  });
  await once(writer, "close");
  // What follows the last line end may be half a number.
  return text.split("\n").slice(0, -1).map(Number);
}

describe.each(["worker", "local"])("killed with -9 while it writes (%s)", (mode) => {
  it(`keeps all it acknowledged, ${ROUNDS} times over on one file`, { timeout: 300_000 }, async () => {
    const path = temporary("miroir.db");
    const acknowledged: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const uids = await writeAndKill(path, mode, 1 + round * 7);
      expect(uids.length).toBeGreaterThan(round * 7);
      acknowledged.push(...uids);
      const database = new Database(path);
      expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
      const stored = new Set(database.prepare("SELECT uid FROM tasks").pluck().all());
      expect(acknowledged.filter((uid) => !stored.has(uid))).toEqual([]);
      database.close();
    }
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
    const store = await openSqliteStore({ path, worker: false });
    // Totals are kept apart from the tasks: they must have been written with them.
    expect((await store.tasks.list({}, {})).total).toBe((await store.sizes()).tasks);
    await store.close();
  });
});
