import type { MovableTable } from "@miroir/store-contract";

/** Something wrong with what a store holds. */
export interface Problem {
  readonly table: MovableTable;
  /** Of the row; `null` where the table as a whole is concerned. */
  readonly key: readonly (string | number)[] | null;
  readonly problem: string;
}
