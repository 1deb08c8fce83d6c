// `npm test`: every check and every test, then one line that counts them all.
// `npm test -- --all-stores` runs the conformance suite on more stores: SQLite in memory and in a file without a writing thread,
// a Redis Cluster, and, beside this machine's server, a Redis in a container. Other arguments are turbo's.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { conformanceCounts, type TestReport } from "./conformance-counts.ts";
import { ensureRedisServer } from "./redis-server.ts";

const root = join(import.meta.dirname, "..");

const CHECKS = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "dependency direction", command: ["turbo", "boundaries", "--no-color"] },
  { name: "schema drift", command: ["node", "packages/schema/scripts/check-migrations.ts"] },
  { name: "documentation site", command: ["pnpm", "--filter", "@miroir/site", "build"] },
] as const;

const MAX_OUTPUT_BYTES = 2 ** 26;
/** What scripts/docker-engine.ts exits with where no Docker engine can run, which it says in a line. */
const NO_ENGINE = 69;
const ALL_STORES = "--all-stores";
const turboArgs = process.argv.slice(2).filter((argument) => argument !== ALL_STORES);
const onAllStores = turboArgs.length < process.argv.length - 2;

const env: NodeJS.ProcessEnv = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
if (onAllStores) Object.assign(env, { MIROIR_TEST_REDIS: "local", MIROIR_TEST_STORES: "all" });
const counts = { passed: 0, failed: 0, skipped: 0 };

// Side by side: most of them use one core.
for (const { name, ok, output } of await Promise.all(CHECKS.map(check))) {
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`);
  if (!ok) console.log(output);
  counts[ok ? "passed" : "failed"] += 1;
}

if (!ensureRedisServer(env)) counts.failed += 1;

// A report left from an earlier run must not be counted for a package whose tests did not start in this one.
for (const report of reports()) rmSync(report);
const tests = spawnSync(
  "turbo",
  ["run", "test", "--continue", "--concurrency=2", "--output-logs=new-only", "--log-order=grouped", ...turboArgs],
  { cwd: root, env, stdio: "inherit" },
);

const told: TestReport[] = [];
for (const manifest of globSync("{packages/*,apps/*,charts,site}/package.json", { cwd: root })) {
  const report = readReport(join(root, dirname(manifest), ".vitest/report.json"));
  if (report === undefined) {
    console.log(`FAILED ${dirname(manifest)}: its tests did not run`);
    counts.failed += 1;
    continue;
  }
  told.push(report);
  count(report);
}
if (tests.status !== 0 && counts.failed === 0) counts.failed = 1;
compareConformance();
if (onAllStores) testInContainers();
for (const report of told) tellFailures(report);

console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;

async function check({ name, command: [program, ...args] }: (typeof CHECKS)[number]) {
  try {
    await promisify(execFile)(program, args, { cwd: root, env, maxBuffer: MAX_OUTPUT_BYTES });
    return { name, ok: true, output: "" };
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    return { name, ok: false, output: stdout + stderr || message };
  }
}

/** Every store has to pass the same suite: one on which less of it ran would look as good as the others. */
function compareConformance(): void {
  const ran = conformanceCounts(told);
  const isEqual = new Set(ran.values()).size === 1;
  const list = [...ran].map(([store, tests]) => `${store} ${tests}`).join(", ");
  console.log(`${isEqual ? "ok    " : "FAILED"} conformance tests run on each store: ${list === "" ? "none" : list}`);
  counts[isEqual ? "passed" : "failed"] += 1;
}

/** The conformance suite, and what containers alone can show, on a Redis in a container. */
function testInContainers(): void {
  const folder = join(root, "packages/store-redis");
  // The one of the first run, which is counted.
  const path = join(folder, ".vitest/report.json");
  rmSync(path, { force: true });
  const files = ["test/conformance.redis.test.ts", "test/container.test.ts"];
  // One after the other: the engine has been seen to lose a container's log while two were started.
  const options = ["--root", folder, "--config", join(root, "vitest.config.ts"), "--maxWorkers", "1"];
  const vitest = ["vitest", "run", ...options, ...files];
  const engine = [join(root, "scripts/docker-engine.ts"), "--", ...vitest];
  const { status } = spawnSync(process.execPath, engine, { cwd: folder, env, stdio: "inherit" });
  if (status === NO_ENGINE) return;
  const failedBefore = counts.failed;
  const inContainers = readReport(path);
  if (inContainers !== undefined) {
    told.push(inContainers);
    count(inContainers);
  }
  if (status !== 0 && counts.failed === failedBefore) counts.failed += 1;
}

/** Says at the end what failed: whoever reads only the end of a long log must not have to look for it. */
function tellFailures({ success, testResults }: TestReport): void {
  if (success) return;
  for (const { name, message, assertionResults } of testResults) {
    const file = relative(root, name);
    if (message !== "") console.log(`FAILED ${file}\n${message}`);
    for (const { status, fullName, failureMessages = [] } of assertionResults) {
      if (status === "failed") console.log(`FAILED ${file}: ${fullName}\n${failureMessages.join("\n")}`);
    }
  }
}

function count(report: TestReport): void {
  counts.passed += report.numPassedTests;
  counts.skipped += report.numPendingTests;
  // A file that could not be loaded fails without a failed test of its own.
  counts.failed += report.success ? 0 : Math.max(report.numFailedTests, 1);
}

function readReport(path: string): TestReport | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function reports(): string[] {
  return globSync("{packages/*,apps/*,charts,site}/.vitest/report.json", { cwd: root }).map((path) => join(root, path));
}
