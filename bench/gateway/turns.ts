import { type MeasuredVariant, spread } from "../measure.ts";

/**
 * Gives every variant a turn in each round, in an order that rotates; before the first, each has one that does not count,
 * for compilers and caches.
 *
 * @returns what the turns gave, by variant, in the order of the rounds
 */
export async function takeTurns<T>(
  variants: Readonly<Record<string, () => Promise<T>>>,
  rounds: number,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const names = Object.keys(variants);
  const series = new Map<string, T[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + 1 + i) % names.length] ?? "";
      const result = (await variants[name]?.()) as T;
      if (round >= 0) series.get(name)?.push(result);
    }
  }
  return series;
}

/** One duration of each turn, in ms, as variants with their ratios to the first one's in the same round. */
export function asVariants<T>(series: ReadonlyMap<string, readonly T[]>, msOf: (turn: T) => number): MeasuredVariant[] {
  const [first = []] = [...series.values()].map((turns) => turns.map(msOf));
  return [...series].map(([name, turns]) => {
    const times = turns.map(msOf);
    return { name, callMs: spread(times), ratio: spread(times.map((ms, round) => ms / (first[round] ?? Number.NaN))) };
  });
}

export const percentile = (times: readonly number[], part: number): number => {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
