import { inspect } from "node:util";
import type { Store } from "@miroir/store-contract";
import type { ManualClock } from "@miroir/store-contract/conformance";
import { createManualClock } from "@miroir/store-contract/conformance";
import { checkStore } from "../../../src/index.ts";
import { canonical } from "./canonical.ts";
import { createKnowledge } from "./knowledge.ts";
import { createNames, type Names } from "./names.ts";
import { isTableGroup, nameOf, type Operation } from "./operation.ts";
import { dump, type Outcome, perform } from "./perform.ts";

/** A storage that nothing else writes to. */
interface Opened {
  /** Operations are shared among them. */
  readonly handles: readonly Store[];
  /** Closes the handles and deletes the storage. */
  close(): Promise<void>;
}

export interface Subject {
  readonly name: string;
  open(clock: ManualClock): Promise<Opened>;
}

/** How often each method was called, answered, and refused with which code. */
export type Tally = Map<string, { calls: number; answered: number; codes: Set<string> }>;

export class Divergence extends Error {}

interface Run extends Opened {
  readonly name: string;
  readonly names: Names;
}

/** Rows and observations come in an order of the backend's own. */
function sorted(outcome: unknown): unknown {
  if (typeof outcome !== "object" || outcome === null || !("rows" in outcome)) return outcome;
  return { ...outcome, rows: (outcome.rows as unknown[]).map(canonical).sort() };
}

function textOf(outcome: Outcome): string {
  if ("refused" in outcome) return canonical(outcome);
  const { answer } = outcome;
  if (typeof answer !== "object" || answer === null || !("next" in answer))
    return canonical({ answer: sorted(answer) });
  return canonical({ answer: { ...answer, next: typeof answer.next === "string" ? "more" : answer.next } });
}

const shown = (value: unknown): string =>
  inspect(value, { depth: 8, maxStringLength: 100, maxArrayLength: 20, breakLength: 140 });

function agree(what: string, outcomes: readonly { name: string; text: string; shown: () => string }[]): void {
  const [first, ...others] = outcomes;
  const other = others.find(({ text }) => text !== first?.text);
  if (first === undefined || other === undefined) return;
  throw new Divergence(`${what}\n  ${first.name}: ${first.shown()}\n  ${other.name}: ${other.shown()}`);
}

async function act(
  { handles, names }: Run,
  operation: Operation,
  n: number,
  args: readonly unknown[],
  options: unknown,
): Promise<Outcome> {
  const store = handles[operation.handle % handles.length] as Store;
  const outcome = await perform(store, operation, names.valued(args) as unknown[], names.valued(options));
  if ("answer" in outcome) names.learn(operation, n, args, outcome.answer);
  return names.named(outcome) as Outcome;
}

/** What the stores hold in the end: the same rows, and nothing that does not fit together. */
async function compareEnds(runs: readonly Run[]): Promise<void> {
  const ends = await Promise.all(
    runs.map(async ({ name, handles, names }) => {
      const store = handles[0] as Store;
      const tables = names.named(await dump(store)) as Record<string, unknown[]>;
      const { taskCounts: _, ...sizes } = await store.sizes();
      const { problems } = await checkStore(store);
      return { name, tables, sizes, problems };
    }),
  );
  const compare = (what: string, of: (end: (typeof ends)[number]) => unknown) =>
    agree(
      `in the end, ${what}`,
      ends.map((end) => ({ name: end.name, text: canonical(of(end)), shown: () => shown(of(end)) })),
    );
  for (const table of Object.keys(ends[0]?.tables ?? {})) {
    compare(`rows of ${table}`, ({ tables }) => (tables[table] ?? []).map(canonical).sort());
  }
  compare("sizes", ({ sizes }) => sizes);
  for (const { name, problems } of ends) {
    if (problems.length > 0) throw new Divergence(`in the end, ${name} disagrees with itself: ${shown(problems)}`);
  }
}

/**
 * Runs a sequence on all subjects at once, one operation after the other, under one clock.
 * @throws Divergence at the first operation that the subjects do not answer alike, or when their rows differ in the end.
 */
export async function runSequence(
  subjects: readonly Subject[],
  operations: readonly Operation[],
  tally: Tally = new Map(),
): Promise<void> {
  const clock = createManualClock();
  const runs: Run[] = [];
  try {
    for (const { name, open } of subjects) runs.push({ name, names: createNames(), ...(await open(clock)) });
    const knowledge = createKnowledge(() => clock.now());
    for (const [n, operation] of operations.entries()) {
      clock.advance(operation.tickMs);
      const args = knowledge.resolve(operation.args) as unknown[];
      const fence = knowledge.resolve(operation.fence);
      const options = fence === undefined ? undefined : { fence };
      const outcomes = await Promise.all(runs.map((run) => act(run, operation, n, args, options)));
      agree(
        `operation ${n}, ${nameOf(operation)}(${[...args, options].map(shown).join(", ")})`,
        outcomes.map((outcome, i) => ({
          name: runs[i]?.name ?? "",
          text: textOf(outcome),
          shown: () => shown(outcome),
        })),
      );
      const [outcome] = outcomes;
      if (outcome === undefined) continue;
      count(tally, nameOf(operation), outcome);
      if ("answer" in outcome) knowledge.learn(operation, n, args, outcome.answer);
      // What was counted from zero again would not fit to rows from before.
      if (operation.method === "clear" && isTableGroup(args[0]) && args[0].tables.includes("counters")) {
        for (const table of args[0].tables) knowledge.forgetRows(table);
      }
    }
    await compareEnds(runs);
  } finally {
    for (const { close } of runs) await close();
  }
}

function count(tally: Tally, name: string, outcome: Outcome): void {
  const of = tally.get(name) ?? { calls: 0, answered: 0, codes: new Set() };
  of.calls++;
  if ("answer" in outcome) of.answered++;
  else of.codes.add(outcome.refused.code);
  tally.set(name, of);
}
