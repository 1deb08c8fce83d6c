// `npm test`: every check and every test, then one line that counts them all.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

const CHECKS = [
  { name: "format and lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "dead code", command: ["knip", "--no-progress"] },
  { name: "dependency direction", command: ["turbo", "boundaries", "--no-color"] },
  { name: "schema drift", command: ["node", "packages/schema/scripts/check-migrations.ts"] },
] as const;

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
}

const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1" };
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const { name, command } of CHECKS) {
  const [program, ...args] = command;
  const result = spawnSync(program, args, { cwd: root, env, encoding: "utf8" });
  const ok = result.status === 0;
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`);
  if (!ok) console.log(result.stdout + result.stderr + (result.error?.message ?? ""));
  counts[ok ? "passed" : "failed"] += 1;
}

// A report left from an earlier run must not be counted for a package whose tests did not start in this one.
for (const report of reports()) rmSync(report);
const tests = spawnSync(
  "turbo",
  [
    "run",
    "test",
    "--continue",
    "--concurrency=1",
    "--output-logs=new-only",
    "--log-order=grouped",
    ...process.argv.slice(2),
  ],
  { cwd: root, env, stdio: "inherit" },
);

for (const manifest of globSync("{packages,apps}/*/package.json", { cwd: root })) {
  const path = join(root, dirname(manifest), ".vitest/report.json");
  if (!existsSync(path)) {
    console.log(`FAILED ${dirname(manifest)}: its tests did not run`);
    counts.failed += 1;
    continue;
  }
  const report: Report = JSON.parse(readFileSync(path, "utf8"));
  counts.passed += report.numPassedTests;
  counts.skipped += report.numPendingTests;
  // A file that could not be loaded fails without a failed test of its own.
  counts.failed += report.success ? 0 : Math.max(report.numFailedTests, 1);
}
if (tests.status !== 0 && counts.failed === 0) counts.failed = 1;

console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;

function reports(): string[] {
  return globSync("{packages,apps}/*/.vitest/report.json", { cwd: root }).map((path) => join(root, path));
}
