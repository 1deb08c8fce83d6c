// `npm run test:deep`: the proofs (`test/proof` of each package) in their long form, one file after another, and what they counted in
// docs/reliability-figures.md. Arguments: words that a file's path must hold one of; the others keep the figures of their last run.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { figuresPage, type ProofReport } from "./figures-page.ts";
import { ensureRedisServer } from "./redis-server.ts";

const root = join(import.meta.dirname, "..");
const PAGE = "docs/reliability-figures.md";
const REPORT = ".vitest/report.json";
const KEPT = join(root, ".vitest/proofs");
const wanted = process.argv.slice(2);

const env: NodeJS.ProcessEnv = { ...process.env, MIROIR_TEST_DEEP: "1", MIROIR_TEST_STORES: "all" };
if (!ensureRedisServer(env)) process.exit(1);

const files = globSync("{packages,apps}/*/test/proof/*.test.ts", { cwd: root }).sort();
/** Long too, and with nothing to be counted on the page. */
const BESIDE = [
  "packages/store-redis/test/conformance-cluster.redis.test.ts",
  "packages/store-sqlite/test/conformance-file.test.ts",
  "packages/store-sqlite/test/conformance-memory.test.ts",
];
const chosen = [...files, ...BESIDE].filter(
  (file) => wanted.length === 0 || wanted.some((word) => file.includes(word)),
);
/** Where a file's report is kept beside what it was made on, for a page that is written when others run. */
const keptOf = (file: string): string => join(KEPT, `${file.replaceAll("/", "+")}.json`);
mkdirSync(KEPT, { recursive: true });

const failed: string[] = [];
for (const [i, file] of chosen.entries()) {
  console.log(`\n${i + 1}/${chosen.length} ${file}`);
  const [folder = "", name = ""] = file.split(/\/(?=test\/)/);
  const report = join(root, folder, REPORT);
  rmSync(report, { force: true });
  const run = ["run", "--root", ".", "--config", "../../vitest.config.ts", name];
  const { status } = spawnSync("vitest", run, { cwd: join(root, folder), env, stdio: "inherit" });
  if (status !== 0) failed.push(file);
  if (!existsSync(report)) continue;
  const told = JSON.parse(readFileSync(report, "utf8"));
  writeFileSync(keptOf(file), JSON.stringify({ ...told, file, machine: machine() }));
  const read = (path: string): ProofReport => JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(join(root, PAGE), figuresPage(files.map(keptOf).filter(existsSync).map(read)));
}

console.log(failed.length === 0 ? "all proofs hold" : `FAILED: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** What the proofs ran on. */
function machine(): Record<string, string> {
  const output = (program: string, ...args: string[]) =>
    spawnSync(program, args, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
  const sqlite = createRequire(join(root, "packages/store-sqlite/package.json"))("better-sqlite3");
  const database = new sqlite(":memory:");
  const sqliteVersion = database.prepare("SELECT sqlite_version()").pluck().get();
  database.close();
  const redis = ["redis-server", "valkey-server"].map((program) => output(program, "--version")).find(Boolean) ?? "";
  const [processor] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: output("git", "rev-parse", "--short", "HEAD"),
    machine: `${availableParallelism()} cores, ${processor?.model ?? process.arch}, ${process.platform}`,
    Node: process.versions.node,
    SQLite: String(sqliteVersion),
    Redis: /v=(\S+)/.exec(redis)?.[1] ?? "none on this machine",
  };
}
