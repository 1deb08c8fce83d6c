import { MOVABLE_TABLES, type MovableTable } from "@miroir/store-contract";
import fc from "fast-check";
import { recalled } from "./operation.ts";

/** Tables whose rows only fit together: they go and come back in one. */
const TOGETHER: readonly (readonly MovableTable[])[] = [
  ["counters", "tasks", "jobs", "canaryRuns", "writeHints"],
  ["canaries", "canaryRuns"],
  ["cdcOverflow", "cdcOverflowSinks"],
];
const DEPENDENT: readonly MovableTable[] = ["counters", "canaryRuns", "cdcOverflow", "cdcOverflowSinks"];
/** Tables of which old rows may be written back by themselves. */
const ALONE = MOVABLE_TABLES.filter((table) => !DEPENDENT.includes(table));

const table = fc.constantFrom(...MOVABLE_TABLES);
const limit = fc.constantFrom(1, 2, 5, 1000);
const clearable = fc.constantFrom(...TOGETHER, ...ALONE.filter((name) => name !== "canaries").map((name) => [name]));
const movable = fc.constantFrom(...TOGETHER, ...MOVABLE_TABLES.map((name) => [name]));

const oldRows = fc
  .tuple(fc.constantFrom(...ALONE), fc.uniqueArray(fc.nat(5), { maxLength: 3 }))
  .map(([name, backs]) => ({ table: name, rows: backs.map((back) => recalled(`row of ${name}`, back)) }));

/**
 * How the raw rows are read (to the end of the table), written (old rows of one table, or all rows of some tables moved out and in
 * again) and cleared (to the end). Rows that came from no store, or do not fit together, are outside the contract.
 */
export const rawRowCalls = {
  read: fc.tuple(table, limit),
  write: fc.oneof(
    { weight: 2, arbitrary: fc.tuple(oldRows) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        movable.map((tables) => ({ tables })),
        limit,
      ),
    },
  ),
  clear: fc.tuple(
    clearable.map((tables) => ({ tables })),
    limit,
  ),
};
