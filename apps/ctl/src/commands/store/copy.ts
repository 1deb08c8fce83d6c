import { type CopyOptions, copyStore } from "@miroir/store";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { columns, counted } from "../../output.ts";
import { UsageError } from "../../usage.ts";
import { problemLine } from "./problem-line.ts";
import type { NamedStore } from "./store-url.ts";
import { withStore } from "./with-store.ts";

const DOING = { copy: "copying", verify: "comparing", check: "checking" } as const;

/** Copies a store into another. */
export async function copy(
  source: NamedStore,
  target: NamedStore,
  options: Pick<CopyOptions, "overwrite" | "resume">,
  surroundings: Surroundings,
): Promise<Outcome> {
  if (source.identity === target.identity) throw new UsageError("--from and --to are the same store");
  const onProgress: CopyOptions["onProgress"] = ({ phase, done, total }) =>
    surroundings.progress.show(DOING[phase], done, total);
  const { tables, problems } = await withStore(source, surroundings, {}, (from) =>
    withStore(target, surroundings, { mayCreate: true }, (to) => copyStore(from, to, { ...options, onProgress })),
  );
  const all = (count: (table: (typeof tables)[number]) => number) =>
    tables.reduce((sum, table) => sum + count(table), 0);
  const rows = all((table) => table.rows);
  const verdict = problems.length === 0 ? "the target holds the same" : counted(problems.length, "problem");
  const text = columns([
    ...tables
      .filter((table) => table.rows > 0)
      .map(({ table, rows, checksum }) => [table, rows, checksum.slice(0, 16)]),
    ["all", rows, `${all(({ written }) => written)} written; ${verdict}`],
  ]);
  return { json: { from: source.label, to: target.label, tables }, text, problems: problems.map(problemLine) };
}
