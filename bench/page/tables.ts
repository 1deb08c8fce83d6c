import type { Environment } from "../environment.ts";
import type { Measurement, Results } from "../goals.ts";
import type { Growth } from "../growth/index.ts";
import type { Spread } from "../measure.ts";

const precise = (value: number): string => {
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3);
};
const range = ({ median, min, max }: Spread): string => `${precise(median)} × (${precise(min)}–${precise(max)})`;

/** The judged figure of a measurement, with its spread. */
function measuredOf({ measured, variants, goal }: Measurement): string {
  if (measured !== undefined) return measured;
  const ratio = variants.at(-1)?.ratio;
  if (ratio === undefined) return "";
  if (!goal.includes("as fast")) return range(ratio);
  const fast = { median: 1 / ratio.median, min: 1 / ratio.max, max: 1 / ratio.min };
  return `${range(fast).replace(" ×", " × as fast")}`;
}

/** A ratio whose rounds are this far apart says more about the machine's other work than about ours. */
const UNSTEADY = 3;
function verdictOf({ met, variants }: Measurement): string {
  const ratio = variants.at(-1)?.ratio;
  const unsteady = ratio !== undefined && ratio.max > UNSTEADY * ratio.min;
  return `${met ? "met" : "**missed**"}${unsteady ? ", unsteady" : ""}`;
}

/** One line for each goal. */
export function goalTable({ measurements }: Results): string {
  const lines = measurements.map((measurement) => {
    const against = measurement.variants.length > 1 ? ` (against: ${measurement.variants[0]?.name})` : "";
    const between = measurement.variants.slice(1, -1).map(({ name, ratio }) => `<br>${name}: ${range(ratio)}`);
    return `| ${measurement.title}${against} | ${measurement.goal} | ${measuredOf(measurement)}${between.join("")} | ${verdictOf(measurement)} |`;
  });
  return ["| what | goal | measured: median (range) | |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

/** Where and when. */
export function environmentLine({ date, cpu, cores, memoryGb, load, node, sqlite, versions }: Environment): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date} UTC, ${cpu}, ${cores} cores, ${memoryGb} GB, load ${load}, Node ${node}, SQLite ${sqlite}, ${packages.join(", ")}`;
}

/** Ratios to the smallest size. */
export function growthTable({ sizes, operations }: Growth): string {
  const [first, ...others] = sizes.map((size) => size.toLocaleString("en"));
  const lines = operations.map(({ name, callMs, ratio }) => {
    const times = ratio.slice(1).map(range);
    return `| ${name} | ${precise(callMs[0]?.median ?? Number.NaN)} ms | ${times.join(" | ")} |`;
  });
  return [
    `| call | among ${first} rows | ${others.map((size) => `among ${size}`).join(" | ")} |`,
    `| --- | --- | ${others.map(() => "---").join(" | ")} |`,
    ...lines,
  ].join("\n");
}

/** What the process holds while it lists. */
export function memoryTable({ memory }: Growth): string {
  return [
    `| tasks listed | ${memory.map(({ listed }) => listed.toLocaleString("en")).join(" | ")} |`,
    `| --- | ${memory.map(() => "---").join(" | ")} |`,
    `| MB resident | ${memory.map(({ residentMb }) => residentMb).join(" | ")} |`,
  ].join("\n");
}
