// `npm run check:mutations`: takes each guard of the stores' writes away in turn, in a copy of the tree, and runs the conformance tests
// of its table: a guard that can go without a test failing is one that nothing holds in place. Writes the table of survivors to
// docs/mutations.md, with the reasons that scripts/mutation/reasons.json gives for them. Arguments: words that a file's path must hold one of.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Backend, type GuardedFile, guardedFiles } from "./mutation/guarded-files.ts";
import { luaMutants, type Mutant, typescriptMutants } from "./mutation/mutants.ts";
import { mutationReport, type Result } from "./mutation/report.ts";
import { copyTree } from "./mutation/tree-copy.ts";

const root = join(import.meta.dirname, "..");
const words = process.argv.slice(2);
const LANES = availableParallelism();
/** A mutant that makes a loop endless is found out by the clock. */
const TIMEOUT_MS = 120_000;

interface Suite {
  readonly folder: string;
  readonly files: readonly string[];
  /** Full titles of the tests that are run. */
  readonly titles: (parts: readonly string[]) => string;
}

const SUITES: Readonly<Record<Backend, Suite>> = {
  sqlite: {
    folder: "packages/store-sqlite",
    files: ["test/conformance-memory.test.ts"],
    titles: (parts) => `sqlite in memory#(${parts.join("|")})\\.`,
  },
  redis: {
    folder: "packages/store-redis",
    files: ["test/conformance.redis.test.ts"],
    titles: (parts) => `redis#(${parts.join("|")})\\.`,
  },
};

interface Job {
  readonly file: GuardedFile;
  readonly text: string;
  readonly mutant: Mutant;
}

/** Runs the tests that are about a file in a copy of the tree. @returns whether all passed. */
function passes(folder: string, { backend, parts, own }: Omit<GuardedFile, "path">): Promise<boolean> {
  const suite = SUITES[backend];
  const files = [...suite.files, ...own.map(({ file }) => file)];
  const titles = [suite.titles(parts), ...own.flatMap((tests) => tests.titles)].join("|");
  const config = ["--root", ".", "--config", "../../vitest.config.ts", "--reporter", "dot", "--bail", "1"];
  const child = spawn("vitest", ["run", ...config, ...files, "-t", titles], {
    cwd: join(folder, suite.folder),
    // A group of its own, so that what the tests started ends with them.
    detached: true,
    stdio: "ignore",
    env: { ...process.env, MIROIR_TEST_REDIS: "local", PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
  });
  const timer = setTimeout(() => endGroup(child.pid), TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      // A suite that gives up at its first failure leaves its servers behind.
      endGroup(child.pid);
      resolve(code === 0);
    });
  });
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing of it is left.
  }
}

function readJobs(folder: string): Job[] {
  const wanted = guardedFiles(folder).filter(
    ({ path }) => words.length === 0 || words.some((word) => path.includes(word)),
  );
  return wanted.flatMap((file) => {
    const text = readFileSync(join(folder, file.path), "utf8");
    const mutants = file.path.endsWith(".lua") ? luaMutants(text) : typescriptMutants(text);
    return mutants.map((mutant) => ({ file, text, mutant }));
  });
}

const results: Result[] = [];

async function work(folder: string, waiting: Job[], total: number): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const { file, text, mutant } = job;
    const path = join(folder, file.path);
    writeFileSync(path, text.slice(0, mutant.from) + mutant.replacement + text.slice(mutant.to));
    const survived = await passes(folder, file);
    writeFileSync(path, text);
    const line = text.slice(0, mutant.from).split("\n").length;
    const guard = text.slice(mutant.from, mutant.to).replace(/\s+/g, " ");
    results.push({ path: file.path, backend: file.backend, line, guard, replacement: mutant.replacement, survived });
    const verdict = survived ? "SURVIVED" : "killed  ";
    console.log(`${results.length}/${total} ${verdict} ${file.path}:${line} ${guard} -> ${mutant.replacement}`);
  }
}

const copies = Array.from({ length: LANES }, () => copyTree(root));
try {
  const [first = ""] = copies.map(({ folder }) => folder);
  const jobs = readJobs(first);
  console.log(`${jobs.length} mutants`);
  // Tests that fail without a mutant would kill them all.
  const failing: string[] = [];
  for (const backend of new Set(jobs.map(({ file }) => file.backend))) {
    const guarded = jobs.map(({ file }) => file).filter((file) => file.backend === backend);
    const parts = [...new Set(guarded.flatMap((file) => file.parts))];
    const own = [...new Set(guarded.flatMap((file) => file.own))];
    if (!(await passes(first, { backend, parts, own }))) failing.push(backend);
  }
  if (failing.length > 0) throw new Error(`without a mutant, the tests of ${failing.join(" and ")} fail`);

  const waiting = [...jobs];
  await Promise.all(copies.map(({ folder }) => work(folder, waiting, jobs.length)));
  const reasons = JSON.parse(readFileSync(join(root, "scripts/mutation/reasons.json"), "utf8"));
  const { markdown, unexplained } = mutationReport(results, reasons);
  if (words.length === 0) writeFileSync(join(root, "docs/mutations.md"), markdown);
  else console.log(markdown);
  process.exitCode = unexplained === 0 ? 0 : 1;
} finally {
  for (const copy of copies) copy.remove();
}
