export interface Random {
  /** A number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<T>(of: readonly T[]): T;
}

/** Numbers that only look random: the same for the same seed (mulberry32, Tommy Ettinger, public domain). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (of) => of[below(of.length)] as (typeof of)[number],
  };
}

/** The seed of this run: `MIROIR_TEST_SEED`, or another each time. */
export const SEED = Number(process.env.MIROIR_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
