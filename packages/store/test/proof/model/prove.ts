import fc from "fast-check";
import { minimise } from "./minimise.ts";
import type { Operation } from "./operation.ts";
import { Divergence, runSequence, type Subject, type Tally } from "./run.ts";
import { sequences } from "./sequence.ts";

/** Of the short form, so that it is the same everywhere; the deep form has a new one each time. */
export const SHORT_SEED = 20_261_124;

interface Start {
  readonly seed: number;
  /** To the sequence that failed. */
  readonly path?: string;
}

function startOf(): Start {
  const { MIROIR_TEST_SEED: seed, MIROIR_TEST_PATH: path, MIROIR_TEST_DEEP: deep } = process.env;
  if (seed !== undefined) return { seed: Number(seed), ...(path === undefined ? {} : { path }) };
  return { seed: deep === undefined ? SHORT_SEED : Date.now() % 2 ** 31 };
}

async function whyFails(subjects: readonly Subject[], operations: readonly Operation[]): Promise<string | null> {
  try {
    await runSequence(subjects, operations);
    return null;
  } catch (error) {
    return error instanceof Divergence ? error.message : String(error instanceof Error ? error.stack : error);
  }
}

/**
 * Runs random sequences on all subjects. `MIROIR_TEST_SEED`, with `MIROIR_TEST_PATH` for the one sequence that failed, repeats a run.
 * @throws Error with seed, path and the shortest sequence found that fails.
 */
export async function proveSequences(
  subjects: readonly Subject[],
  runs: number,
  length: number,
  start: Start = startOf(),
) {
  const tally: Tally = new Map();
  const property = fc.asyncProperty(sequences(length), (operations) => runSequence(subjects, operations, tally));
  const startedAt = performance.now();
  // Leaving operations out finds a short sequence sooner than fast-check, which would shrink each one's arguments first.
  const details = await fc.check(property, { ...start, numRuns: runs, endOnFailure: true });
  if (details.failed) {
    const [failing = []] = details.counterexample ?? [];
    const shortest = await minimise(failing, (operations) => whyFails(subjects, operations));
    const why = (await whyFails(subjects, shortest)) ?? "it passed when run again";
    const list = shortest.map((operation, i) => `  ${i}. ${fc.stringify(operation).slice(0, 2000)}`).join("\n");
    const again = `MIROIR_TEST_SEED=${details.seed} MIROIR_TEST_PATH=${details.counterexamplePath}`;
    throw new Error(`${why}\n${again}\nThe sequence, ${shortest.length} of ${failing.length} operations:\n${list}`);
  }
  let [operations, answered, refused] = [0, 0, 0];
  for (const of of tally.values()) {
    operations += of.calls;
    answered += of.answered;
    refused += of.calls - of.answered;
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const figures = { seed: details.seed, runs: details.numRuns, operations, answered, refused, seconds };
  return { tally, figures: { ...figures, stores: subjects.length, methods: tally.size } };
}
