import { openSqliteStore } from "@miroir/store-sqlite";
import Database from "better-sqlite3";
import { checkStore } from "../../../src/check.ts";
import { readProgress } from "./chains.ts";

/** What a writer said before it went: its writes in the order they were submitted. */
export interface Said {
  readonly writes: readonly { readonly chain: string; readonly step: number; readonly isAcknowledged: boolean }[];
}

/** Reads what a writer said; the last line may be cut off. */
export function readSaid(text: string): Said {
  const lines = text.split("\n").slice(0, -1);
  const acknowledged = new Set(lines.flatMap((line) => (line.startsWith("a ") ? Number(line.slice(2)) : [])));
  const steps = new Map<string, number>();
  const submitted = lines.filter((line) => line.startsWith("s "));
  return {
    writes: submitted.map((line, number) => {
      const [, said, chain = ""] = /^s (\d+) (.+)$/.exec(line) ?? [];
      if (Number(said) !== number) throw new Error(`write ${number} is missing: ${line}`);
      const step = (steps.get(chain) ?? 0) + 1;
      steps.set(chain, step);
      return { chain, step, isAcknowledged: acknowledged.has(number) };
    }),
  };
}

export interface Verdict {
  readonly problems: readonly string[];
  readonly acknowledged: number;
  /** Acknowledged writes that are not there. */
  readonly lost: number;
  /** Writes that were under way and are there, whole. */
  readonly unacknowledgedKept: number;
  /** How many steps of each chain are there. */
  readonly progress: ReadonlyMap<string, number>;
}

/**
 * Opens a file that its writer left without a word, and compares it with what the writer said. What is there must be what the first so
 * many submitted writes leave, for some number; it is reported apart how many acknowledged ones are beyond that number.
 * @param settled the progress of chains of earlier writers, which must be as it was
 */
export async function judge(path: string, said: Said, settled: ReadonlyMap<string, number>): Promise<Verdict> {
  const problems: string[] = [];
  const store = await openSqliteStore({ path, worker: false });
  let progress: ReadonlyMap<string, number> = new Map();
  try {
    const report = await checkStore(store);
    for (const { table, key, problem } of report.problems) problems.push(`${table} ${key}: ${problem}`);
    progress = await readProgress(store);
  } catch (error) {
    problems.push(String(error));
  }
  await store.close();
  const database = new Database(path, { readonly: true });
  const integrity = database.pragma("integrity_check", { simple: true });
  database.close();
  if (integrity !== "ok") problems.push(`integrity_check: ${integrity}`);

  for (const [chain, step] of settled) {
    const present = progress.get(chain) ?? 0;
    if (present !== step) problems.push(`${chain} of an earlier writer was at step ${step}, and is at ${present}`);
  }
  const isThere = ({ chain, step }: Said["writes"][number]): boolean => step <= (progress.get(chain) ?? 0);
  const submitted = new Set(said.writes.map(({ chain }) => chain));
  for (const chain of progress.keys()) {
    if (!submitted.has(chain) && !settled.has(chain)) problems.push(`${chain} was never written`);
  }
  const last = said.writes.findLastIndex(isThere);
  for (const [number, write] of said.writes.slice(0, Math.max(0, last)).entries()) {
    if (!isThere(write)) problems.push(`write ${number} (${write.chain}, step ${write.step}) is not there, ${last} is`);
  }
  const acknowledged = said.writes.filter(({ isAcknowledged }) => isAcknowledged);
  return {
    problems,
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((write) => !isThere(write)).length,
    unacknowledgedKept: said.writes.filter((write) => !write.isAcknowledged && isThere(write)).length,
    progress,
  };
}
