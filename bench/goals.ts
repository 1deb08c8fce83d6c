import { describeEnvironment, type Environment } from "./environment.ts";
import { type CompareOptions, compare, describeVariant, type MeasuredVariant } from "./measure.ts";

export interface Goal {
  readonly text: string;
  readonly met: (ratio: number) => boolean;
}

export interface Measurement {
  readonly title: string;
  /** The judged figure with its spread, where it is not the last variant's ratio. */
  readonly measured?: string;
  /** The first variant is what the last is judged against. */
  readonly variants: readonly MeasuredVariant[];
  readonly goal: string;
  readonly met: boolean;
}

export const atMost = (limit: number): Goal => ({ text: `≤ ${limit} ×`, met: (ratio) => ratio <= limit });
/** A goal of speed: so many times as fast is that part of the time. */
export const faster = (times: number): Goal => ({ text: `≥ ${times} × as fast`, met: (ratio) => ratio <= 1 / times });

/** Compares variants of one thing, and holds the last one's ratio to the first against a goal. */
export async function measure(
  title: string,
  goal: Goal,
  variants: Readonly<Record<string, () => unknown>>,
  options: CompareOptions = { rounds: 11 },
): Promise<Measurement> {
  const measured = await compare(variants, options);
  const ratio = measured.at(-1)?.ratio.median ?? Number.NaN;
  return { title, variants: measured, goal: goal.text, met: goal.met(ratio) };
}

/** What one run of a benchmark leaves: `--json` prints it, docs/performance.md is made of it. */
export interface Results {
  readonly environment: Environment;
  readonly measurements: readonly Measurement[];
}

/** Prints measurements with their goals, or as JSON with the machine and the versions they were taken on. */
export function report(measurements: readonly Measurement[], { json }: { readonly json: boolean }): void {
  if (json) {
    console.log(JSON.stringify({ environment: describeEnvironment(), measurements } satisfies Results, null, 2));
    return;
  }
  for (const { title, measured, variants, goal, met } of measurements) {
    console.log(`${title} (× the first way, median and range over rounds)`);
    const judgement = `${goal}: ${met ? "met" : "MISSED"}`;
    variants.forEach((variant, i) => {
      const isJudged = measured === undefined && i === variants.length - 1;
      console.log(describeVariant(variant, isJudged ? judgement : undefined));
    });
    if (measured !== undefined) console.log(`  ${measured}   goal: ${judgement}`);
  }
}
