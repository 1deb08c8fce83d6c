import { type CompareOptions, compare, describeVariant, type MeasuredVariant } from "./measure.ts";

export interface Goal {
  readonly text: string;
  readonly met: (ratio: number) => boolean;
}

export interface Measurement {
  readonly title: string;
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

/** Prints measurements with their goals, or as one JSON array. */
export function report(measurements: readonly Measurement[], { json }: { readonly json: boolean }): void {
  if (json) {
    console.log(JSON.stringify(measurements, null, 2));
    return;
  }
  for (const { title, variants, goal, met } of measurements) {
    console.log(`${title} (× the first way, median and range over rounds)`);
    variants.forEach((variant, i) => {
      const judged = i === variants.length - 1 ? `${goal}: ${met ? "met" : "MISSED"}` : undefined;
      console.log(describeVariant(variant, judged));
    });
  }
}
