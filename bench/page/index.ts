import { writeFileSync } from "node:fs";
import type { Results } from "../goals.ts";
import type { Growth } from "../growth/index.ts";
import { readResults, SUITES, type Suite } from "../suites.ts";
import { drawGrowth } from "./chart.ts";
import { INTRODUCTION, NOTES } from "./prose.ts";
import { environmentLine, goalTable, growthTable, memoryTable } from "./tables.ts";

const docs = (name: string): URL => new URL(`../../docs/${name}`, import.meta.url);
const commandOf = (suite: Suite): string => `\`npm run bench -- ${SUITES[suite].join(" ")}\``;

function goalSection(title: string, suite: Suite): string[] {
  const results = readResults<Results>(suite);
  if (results === null) return [];
  const taken = `${commandOf(suite)}, ${environmentLine(results.environment)}.`;
  return [`## ${title}`, taken, goalTable(results), NOTES[suite]];
}

function growthSections(growths: readonly Growth[]): string[] {
  if (growths.length === 0) return [];
  const tables = growths.flatMap((growth) => {
    const suite: Suite = growth.backend === "sqlite" ? "growth-sqlite" : "growth-redis";
    const name = growth.backend === "sqlite" ? "SQLite" : "Redis";
    const taken = `${commandOf(suite)}, ${environmentLine(growth.environment)}.`;
    return [`### ${name}`, taken, growthTable(growth), memoryTable(growth), NOTES[suite]];
  });
  return [
    "## Growth",
    "![Time of a call by the number of rows, for both backends](performance-growth.svg)",
    NOTES.growth,
    ...tables,
  ];
}

/** Writes docs/performance.md and its chart from what the benchmarks left in bench/results. */
export function writePage(): void {
  const growths = [readResults<Growth>("growth-sqlite"), readResults<Growth>("growth-redis")].filter(
    (growth) => growth !== null,
  );
  const sections = [
    "# Performance",
    INTRODUCTION,
    ...goalSection("Store in SQLite", "store-sqlite"),
    ...goalSection("Searches while the store is written to", "search-under-writes"),
    ...goalSection("Store in Redis", "store-redis"),
    ...goalSection("Job queue", "queue"),
    ...growthSections(growths),
    ...goalSection("Routing and merging", "routing"),
    ...goalSection("Gateway", "gateway"),
  ];
  writeFileSync(docs("performance.md"), `${sections.join("\n\n")}\n`);
  if (growths.length > 0) writeFileSync(docs("performance-growth.svg"), drawGrowth(growths));
}
