import { checkStore } from "@miroir/store";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { columns, counted } from "../../output.ts";
import { problemLine } from "./problem-line.ts";
import type { NamedStore } from "./store-url.ts";
import { withStore } from "./with-store.ts";

/** Reads every row of a store. */
export const check = (named: NamedStore, surroundings: Surroundings): Promise<Outcome> =>
  withStore(named, surroundings, {}, async (store) => {
    const { tables, problems } = await checkStore(store, ({ done, total }) =>
      surroundings.progress.show("checking", done, total),
    );
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const found = problems.length === 0 ? "nothing is wrong" : counted(problems.length, "problem");
    const text = columns([
      ...tables
        .filter((table) => table.rows > 0)
        .map(({ table, rows, checksum }) => [table, rows, checksum.slice(0, 16)]),
      ["all", rows, found],
    ]);
    return { json: { store: named.label, tables }, text, problems: problems.map(problemLine) };
  });
