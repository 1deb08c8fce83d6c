import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { openStore } from "@miroir/store";
import { describe, expect, it } from "vitest";
import { filledFile, miroir, temporaryFolder } from "./support/miroir.ts";
import { runHere } from "./support/run-here.ts";

const ESCAPE = String.fromCharCode(27);

async function withFile(): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = temporaryFolder();
  const path = join(folder, "miroir.db");
  await filledFile(path);
  return { folder, path };
}

/** The tables of a report that have rows. */
const rowsOf = (stdout: string): Record<string, number> => {
  const { tables }: { tables: { table: string; rows: number }[] } = JSON.parse(stdout);
  return Object.fromEntries(tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows]));
};
const FILLED = { tasks: 3, jobs: 1, aliases: 1, counters: 2 };

describe("store stats", { timeout: 60_000 }, () => {
  it("says what the store holds", async () => {
    const { path } = await withFile();
    const { code, stdout, stderr } = await runHere(["store", "stats", "--store", `sqlite:${path}`, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      store: `sqlite:${path}`,
      backend: "sqlite",
      rows: { tasks: 3, aliases: 1, sessions: 0 },
      tasks: { enqueued: 2, failed: 1 },
      jobs: { byState: { queued: 1 } },
      problems: [],
    });
    const plain = await runHere(["store", "stats", "--store", `sqlite:${path}`]);
    expect(plain.stdout).toMatch(/^tasks enqueued +2$/m);
    expect(plain.stdout).not.toContain(ESCAPE);
  });

  it("finds the gateway's store by its settings: the default, the file, and the environment over it", async () => {
    const { folder, path } = await withFile();
    mkdirSync(join(folder, "data"));
    copyFileSync(path, join(folder, "data", "miroir.db"));
    const config = join(folder, "miroir.yaml");
    writeFileSync(config, `shards: 8\ntask_store:\n  path: ${path}\n`);
    const storeOf = async (args: string[], env: Record<string, string> = {}) =>
      JSON.parse((await miroir(["store", "stats", "--json", ...args], env, folder)).stdout).store;
    expect(await storeOf([])).toBe("sqlite:./data/miroir.db");
    expect(await storeOf(["--config", config])).toBe(`sqlite:${path}`);
    expect(await storeOf(["--config", config], { MIROIR_TASK_STORE_PATH: "data/miroir.db" })).toBe(
      "sqlite:data/miroir.db",
    );
    const wrong = await runHere(["store", "stats"], { MIROIR_TASK_STORE_BACKEND: "redis" });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("task_store.url is not set") });
  });
});

describe("store check", { timeout: 60_000 }, () => {
  it("ends with 0 when nothing is wrong, and with 3 when something is", async () => {
    const { path } = await withFile();
    const good = await runHere(["store", "check", "--store", `sqlite:${path}`, "--json"]);
    expect(good.code).toBe(0);
    expect(rowsOf(good.stdout)).toEqual(FILLED);
    const store = await openStore({ backend: "sqlite", path });
    const { items } = await store.rows.read("counters", {});
    await store.rows.write({ table: "counters", rows: items.map((row) => ({ ...row, next: 0 })) });
    await store.close();
    const bad = await runHere(["store", "check", "--store", `sqlite:${path}`]);
    expect(bad.code).toBe(3);
    expect(bad.stdout).toContain("tasks: the next number is 0, and 2 has been given");
    const { problems } = JSON.parse((await runHere(["store", "check", "--store", `sqlite:${path}`, "--json"])).stdout);
    expect(problems).toContainEqual({
      table: "jobs",
      key: null,
      problem: "the next number is 0, and 0 has been given",
    });
  });
});

describe("store copy", { timeout: 60_000 }, () => {
  it("copies, refuses a target that is not empty, overwrites and resumes when told", async () => {
    const { folder, path } = await withFile();
    const copy = (...more: string[]) =>
      runHere(["store", "copy", "--from", `sqlite:${path}`, "--to", `sqlite:${join(folder, "to.db")}`, ...more]);
    const first = await copy("--json");
    expect(first.code).toBe(0);
    expect(rowsOf(first.stdout)).toEqual(FILLED);
    const again = await copy("--json");
    expect(again.code).toBe(1);
    expect(JSON.parse(again.stdout).error.code).toBe("already_exists");
    expect(again.stderr).toContain("the target is not empty");
    expect((await copy("--resume")).stdout).toContain("0 written; the target holds the same");
    const unconfirmed = await copy("--overwrite");
    expect(unconfirmed).toMatchObject({ code: 2, stderr: expect.stringContaining("deletes all that sqlite:") });
    const confirmed = await copy("--overwrite", "--confirm", `sqlite:${join(folder, "to.db")}`);
    expect(confirmed.stdout).toContain("7 written; the target holds the same");
  });

  it("ends with 3 when the target holds more than the source", async () => {
    const { folder, path } = await withFile();
    const to = join(folder, "to.db");
    const store = await openStore({ backend: "sqlite", path: to });
    await store.aliases.create("mine", { kind: "single", currentUid: "i" });
    await store.close();
    const args = ["store", "copy", "--from", `sqlite:${path}`, "--to", `sqlite:${to}`, "--resume"];
    const { code, stdout } = await runHere(args);
    expect(code).toBe(3);
    expect(stdout).toContain("aliases: the copy differs: 1 rows in the source, 2 in the target");
  });

  it("never makes the source, nor copies a store onto itself", async () => {
    const { folder, path } = await withFile();
    const none = join(folder, "none.db");
    const missing = await runHere([
      "store",
      "copy",
      "--from",
      `sqlite:${none}`,
      "--to",
      `sqlite:${join(folder, "to.db")}`,
    ]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no store at") });
    expect([existsSync(none), existsSync(join(folder, "to.db"))]).toEqual([false, false]);
    const same = ["store", "copy", "--from", `sqlite:${path}`, "--to", "env:TARGET", "--overwrite"];
    const { code, stderr } = await runHere(same, { TARGET: `sqlite://${path}` });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("are the same store") });
  });
});

describe("store forget-placement", { timeout: 60_000 }, () => {
  it("forgets where documents are, once the store's name is given again", async () => {
    const { path } = await withFile();
    const store = await openStore({ backend: "sqlite", path, worker: false });
    await store.leaderLease.acquire("placement", "a gateway", 60_000);
    await store.leaderLease.saveState("placement", 1, { shards: 64 });
    const name = `sqlite:${path}`;
    const forget = (...args: string[]) => runHere(["store", "forget-placement", "--store", name, "--json", ...args]);

    expect(await forget()).toMatchObject({ code: 2, stderr: expect.stringContaining(`--confirm ${name}`) });
    const whileOneStarts = await forget("--confirm", name);
    expect(whileOneStarts).toMatchObject({ code: 1, stderr: expect.stringContaining("a gateway is starting") });
    await store.leaderLease.release("placement", "a gateway", 1);
    expect(JSON.parse((await forget("--confirm", name)).stdout)).toMatchObject({ forgotten: { shards: 64 } });
    const { acquired, lease } = await store.leaderLease.acquire("placement", "another", 1000);
    expect({ acquired, state: lease.state }).toEqual({ acquired: true, state: null });
    await store.close();
  });
});

describe("store backup", { timeout: 60_000 }, () => {
  it("writes a new file that opens as a store", async () => {
    const { folder, path } = await withFile();
    const to = join(folder, "backup.db");
    const backup = () => runHere(["store", "backup", "--store", `sqlite:${path}`, "--to", to, "--json"]);
    expect(JSON.parse((await backup()).stdout)).toMatchObject({ file: to, bytes: readFileSync(to).length });
    expect((await backup()).code).toBe(1);
    expect(rowsOf((await runHere(["store", "check", "--store", `sqlite:${to}`, "--json"])).stdout)).toEqual(FILLED);
  });
});

describe("the command line", { timeout: 60_000 }, () => {
  it.each([
    [[]],
    [["store"]],
    [["store", "melt"]],
    [["store", "stats", "more"]],
    [["store", "stats", "--melt"]],
    [["store", "stats", "--overwrite"]],
    [["store", "copy", "--from", "sqlite:a.db"]],
    [["store", "copy", "--from", "sqlite:a.db", "--to", "sqlite:b.db", "--overwrite", "--resume"]],
    [["store", "stats", "--store", "sqlite:"]],
    [["store", "stats", "--store", "postgres://host"]],
    [["store", "stats", "--store", "env:NOTHING"]],
    [["store", "stats", "--store", "redis://host?other=1"]],
    [["store", "stats", "--store", "redis://host/database"]],
  ])("refuses %j, and does nothing", async (args) => {
    const { code, stdout, stderr } = await runHere(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^miroir: .+\nmiroir --help says what there is\.\n$/);
    expect(stderr).not.toContain(ESCAPE);
  });

  it("explains itself", async () => {
    const { code, stdout } = await runHere(["--help"]);
    expect(code).toBe(0);
    for (const word of ["status", "tasks", "store", "Exit codes"]) expect(stdout).toContain(word);
  });

  it("prints no password, whatever goes wrong", async () => {
    // A server that hangs up: the connection fails after the URL was understood.
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const good = `redis://user:s3cret@127.0.0.1:${port}/0`;
    for (const url of [good, "redis://user:s3cret@127.0.0.1:99999", "redis:user:s3cret", "s3cret"]) {
      const { code, stdout, stderr } = await runHere(["store", "stats", "--json", "--store", url]);
      expect(code, url).not.toBe(0);
      expect(`${stdout}${stderr}`, url).not.toContain("s3cret");
    }
    server.close();
  });
});
