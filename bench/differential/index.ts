import { compare, type Verdict } from "./compare.ts";
import { createCorpus } from "./corpus.ts";
import { createQueries, type Query } from "./queries.ts";
import { createRandom } from "./random.ts";
import { createSide } from "./side.ts";

export interface DifferentialOptions {
  /** A single node, and what stands for several: base URLs, and keys where they ask for one. */
  readonly one: string;
  readonly many: string;
  readonly oneKey: string | undefined;
  readonly manyKey: string | undefined;
  readonly seed: number;
  readonly documents: number;
  readonly queries: number;
  /** Leaves the index on both sides. */
  readonly keep: boolean;
  readonly json: boolean;
}

type Judged = { readonly query: Query; readonly verdict: Verdict };

const MEASURES = ["strict", "tiesForgiven", "totals", "facets"] as const;

function count(judged: readonly Judged[]): Record<(typeof MEASURES)[number] | "queries", number> {
  const counts = MEASURES.map((name) => [name, judged.filter(({ verdict }) => verdict[name]).length]);
  return { queries: judged.length, ...Object.fromEntries(counts) };
}

/**
 * Loads the same documents into both, asks both the same, and says where they differ and why. What differs without a named cause
 * makes the process end with 1.
 */
export async function run(options: DifferentialOptions): Promise<void> {
  const { seed } = options;
  const [one, many] = [createSide(options.one, options.oneKey), createSide(options.many, options.manyKey)];
  const index = `differential_${seed}`;
  const corpus = createCorpus(seed, options.documents);
  await Promise.all([one, many].map((side) => side.load(index, corpus)));
  const judged: Judged[] = [];
  for (const query of createQueries(options.queries, { random: createRandom(seed + 1), corpus, index })) {
    const [ours, theirs] = await Promise.all([many, one].map((side) => side.post(query.path, query.body)));
    if (ours && theirs) judged.push({ query, verdict: compare(query, theirs, ours) });
  }
  if (!options.keep) await Promise.all([one, many].map((side) => side.drop(index)));

  const classes = [...new Set(judged.map(({ query }) => query.className))].map((className) => ({
    className,
    ...count(judged.filter(({ query }) => query.className === className)),
  }));
  const differences = judged
    .filter(({ verdict }) => verdict.cause !== null)
    .map(({ query, verdict }) => ({ ...query, ...verdict }));
  const report = { seed, documents: options.documents, all: count(judged), classes, differences };
  if (options.json) console.log(JSON.stringify(report, null, 2));
  else {
    console.table([...classes, { className: "all", ...report.all }]);
    for (const { className, cause, body } of differences)
      console.log(`${className}: ${cause}\n  ${JSON.stringify(body)}`);
  }
  if (differences.some(({ cause }) => cause === "unknown" || cause?.startsWith("status"))) process.exitCode = 1;
}
