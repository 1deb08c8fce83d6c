// `npm run test:deep`: the proofs (`test/proof` of each package) in their long form, one package after another, and what they counted in
// docs/reliability-figures.md. Arguments: packages, by their folders' names; the others keep the figures of their last run.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { figuresPage, type ProofReport } from "./figures-page.ts";
import { ensureRedisServer } from "./redis-server.ts";

const root = join(import.meta.dirname, "..");
const PAGE = "docs/reliability-figures.md";
const REPORT = ".vitest/report.json";
const KEPT = ".vitest/proof.json";
const wanted = process.argv.slice(2);

const env: NodeJS.ProcessEnv = { ...process.env, MIROIR_TEST_DEEP: "1" };
if (!ensureRedisServer(env)) process.exit(1);

const folders = globSync("{packages,apps}/*/test/proof", { cwd: root })
  .map((proof) => dirname(dirname(proof)))
  .sort();
const chosen = folders.filter((folder) => wanted.length === 0 || wanted.includes(basename(folder)));
let failed = 0;
for (const [i, folder] of chosen.entries()) {
  console.log(`\n${i + 1}/${chosen.length} ${folder}`);
  const report = join(root, folder, REPORT);
  rmSync(report, { force: true });
  // One file at a time: what is proven is not that proofs share a machine well.
  const config = ["--root", ".", "--config", "../../vitest.config.ts", "--no-file-parallelism"];
  const run = ["run", ...config, "test/proof"];
  const { status } = spawnSync("vitest", run, { cwd: join(root, folder), env, stdio: "inherit" });
  if (status !== 0) failed++;
  // Kept beside what it was made on, for a page that is written when others run.
  const told = JSON.parse(readFileSync(report, "utf8"));
  writeFileSync(join(root, folder, KEPT), JSON.stringify({ ...told, folder, machine: machine() }));
}

const reports = folders.map((folder) => join(root, folder, KEPT)).filter((report) => existsSync(report));
if (reports.length === folders.length) {
  const read = (report: string): ProofReport => JSON.parse(readFileSync(report, "utf8"));
  writeFileSync(join(root, PAGE), figuresPage(reports.map(read)));
  console.log(`\n${PAGE} written`);
}
console.log(failed === 0 ? "all proofs hold" : `FAILED in ${failed} of ${chosen.length} packages`);
process.exitCode = failed === 0 ? 0 : 1;

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
