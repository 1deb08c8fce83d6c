import { Bench } from "tinybench";

export type CompareOptions = {
  /** How often every variant takes its turn. */
  readonly rounds?: number;
  /** How long each turn lasts at least, in ms. */
  readonly turnMs?: number;
};

/** The middle and the ends of a series, all in the series' unit. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export type MeasuredVariant = {
  readonly name: string;
  /** Duration of one call in ms: the spread over the rounds of each round's median. */
  readonly callMs: Spread;
  /** Duration relative to the first variant's in the same round; 2 means twice as slow. */
  readonly ratio: Spread;
};

/**
 * Measures variants of one thing against each other. Every round gives each variant a turn, in an order that rotates, and
 * a ratio is taken within its round: what slows the machine for a while slows all variants alike, so ratios hold on
 * machines where absolute times mean little.
 *
 * @param variants by name, synchronous or not; the first is what the others are compared with
 * @throws the error of a variant that fails
 */
export async function compare(
  variants: Readonly<Record<string, () => unknown>>,
  { rounds = 21, turnMs = 30 }: CompareOptions = {},
): Promise<MeasuredVariant[]> {
  const names = Object.keys(variants);
  const medians = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: turnMs, iterations: 5, throws: true, warmup: round === 0 });
    const turns = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
    for (const name of turns) bench.add(name, variants[name] as () => unknown);
    for (const task of await bench.run()) {
      if (task.result.state !== "completed") throw new Error(`${task.name} ended as ${task.result.state}`);
      medians.get(task.name)?.push(task.result.latency.p50);
    }
  }
  const baseline = medians.get(names[0] ?? "") ?? [];
  return names.map((name) => {
    const series = medians.get(name) ?? [];
    return {
      name,
      callMs: spread(series),
      ratio: spread(series.map((ms, round) => ms / (baseline[round] ?? Number.NaN))),
    };
  });
}

/** @throws RangeError for an empty series */
export function spread(series: readonly number[]): Spread {
  const sorted = [...series].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError("an empty series has no median");
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? min;
  const high = sorted[Math.floor(middle)] ?? max;
  return { median: (low + high) / 2, min, max };
}

/** One line for people: name, median call time, ratio with its spread, and the goal where there is one. */
export function describeVariant({ name, callMs, ratio }: MeasuredVariant, goal?: string): string {
  const times = `${format(ratio.median)} × (${format(ratio.min)}–${format(ratio.max)})`;
  return `  ${name.padEnd(44)} ${format(callMs.median).padStart(8)} ms   ${times.padEnd(28)}${goal ? ` goal: ${goal}` : ""}`;
}

function format(value: number): string {
  return value.toPrecision(3).includes("e") ? value.toFixed(0) : value.toPrecision(3);
}
