import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What `save` runs and docs/performance.md is made of: the arguments after `npm run bench --`. */
export const SUITES = {
  routing: ["routing"],
  "store-sqlite": ["store", "--backend", "sqlite"],
  "store-redis": ["store", "--backend", "redis"],
  queue: ["queue"],
  "search-under-writes": ["search-under-writes"],
  "growth-sqlite": ["growth", "--backend", "sqlite"],
  "growth-redis": ["growth", "--backend", "redis"],
  gateway: ["gateway"],
} as const;
export type Suite = keyof typeof SUITES;
export const SUITE_NAMES = Object.keys(SUITES) as Suite[];

const resultsFile = (suite: Suite): URL => new URL(`results/${suite}.json`, import.meta.url);

/** Runs suites one after another, each in a process of its own, and keeps what they measured in bench/results. */
export function saveResults(suites: readonly Suite[]): void {
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  for (const suite of suites) {
    console.error(`npm run bench -- ${SUITES[suite].join(" ")}`);
    const stdio = ["ignore", "pipe", "inherit"] as const;
    const results = execFileSync(process.execPath, [main, ...SUITES[suite], "--json"], {
      stdio: [...stdio],
      maxBuffer: 2 ** 26,
    });
    writeFileSync(resultsFile(suite), results);
  }
}

/** What was kept of a suite; `null` where it has not been run. */
export function readResults<T>(suite: Suite): T | null {
  try {
    return JSON.parse(readFileSync(resultsFile(suite), "utf8")) as T;
  } catch {
    return null;
  }
}
