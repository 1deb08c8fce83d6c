import { inspect } from "node:util";
import { OBJECTS } from "./all-objects.ts";
import type { Recorded } from "./callers.ts";
import { isLinearizable } from "./checker.ts";
import type { Place } from "./places.ts";

const SHORT_SEED = 20_261_123;
const CALLERS = ["a", "b", "c", "d", "e", "f"];
const CALLS = 5;
/** One history in so many is a race: all make one call, and it is counted who won. */
const RACE_EVERY = 3;
/** From sending a plan to the callers' beginning: time for both processes to have it. */
const HEAD_START_NS = 500_000n;

function seedOf(): number {
  const { MIROIR_TEST_SEED: seed, MIROIR_TEST_DEEP: deep } = process.env;
  if (seed !== undefined) return Number(seed);
  return deep === undefined ? SHORT_SEED : Date.now() % 2 ** 31;
}

/** Calls that ran while one over another handle did. */
function overlapping(history: readonly Recorded[]): number {
  return history.filter((one) =>
    history.some(
      (other) => other.handle !== one.handle && other.invokedAt < one.returnedAt && one.invokedAt < other.returnedAt,
    ),
  ).length;
}

const shown = (history: readonly Recorded[]): string => {
  const [first = 0n] = history.map(({ invokedAt }) => invokedAt).sort((a, b) => (a < b ? -1 : 1));
  return [...history]
    .sort((a, b) => (a.invokedAt < b.invokedAt ? -1 : 1))
    .map(({ handle, call, answer, invokedAt, returnedAt }) => {
      const times = `${(invokedAt - first) / 1000n} to ${(returnedAt - first) / 1000n} µs`;
      const text = inspect([call.args, answer], { depth: 5, breakLength: Number.POSITIVE_INFINITY });
      return `  ${times}, ${handle}: ${call.method} ${text}`;
    })
    .join("\n");
};

/**
 * Records histories of concurrent callers, and checks each against what the object does for one caller at a time.
 * `MIROIR_TEST_SEED` chooses the calls; how they interleave is up to the machine.
 * @throws Error with the seed and the history that no order explains, or whose race had not the winners promised.
 */
export async function proveInterleavings(place: Place, histories: number) {
  const seed = seedOf();
  const figures = { seed, histories, calls: 0, overlapping: 0, refused: 0, races: 0, winners: 0 };
  for (let n = 0; n < histories; n++) {
    const object = n % OBJECTS.length;
    const of = OBJECTS[object] as (typeof OBJECTS)[number];
    const isRace = of.race !== null && Math.floor(n / OBJECTS.length) % RACE_EVERY === 0;
    const id = `${of.name} ${n}`;
    await of.prepare(place.store, id);
    const startAt = process.hrtime.bigint() + HEAD_START_NS;
    const plan = { id, seed: seed + n, callers: CALLERS, calls: isRace ? 0 : CALLS, startAt };
    const history = await place.run(object, plan);
    figures.calls += history.length;
    figures.overlapping += overlapping(history);
    figures.refused += history.filter(({ answer }) => "refused" in answer).length;
    const where = `seed ${seed}, history ${n} (${id})`;
    if (!isLinearizable(of.specification, history)) {
      throw new Error(`no order explains this history; ${where}:\n${shown(history)}`);
    }
    if (!isRace || of.race === null) continue;
    const { wins, winners } = of.race;
    const won = history.filter(({ answer }) => wins(answer)).length;
    if (won !== winners) throw new Error(`${won} winners instead of ${winners}; ${where}:\n${shown(history)}`);
    figures.races++;
    figures.winners += won;
  }
  return figures;
}
