import type { MovableTable, PartName, Store } from "@miroir/store-contract";

const RECALLED = Symbol("recalled");

/** A value that an earlier answer gave, known only when the operation runs. */
interface Recalled {
  readonly [RECALLED]: true;
  /** A list of values of one kind, newest first: `now` for the present time, a table's name for its rows. */
  readonly kind: string;
  /** How far back; counted round when there are fewer. */
  readonly back: number;
  /** Added to numbers. */
  readonly plus: number;
  /** When there is none yet. */
  readonly otherwise: unknown;
}

export const recalled = (kind: string, back = 0, otherwise: unknown = undefined, plus = 0): Recalled => ({
  [RECALLED]: true,
  ...{ kind, back, plus, otherwise },
});
export const isRecalled = (value: object): value is Recalled => RECALLED in value;

/** One call, on every store at once. `args` may hold recalled values. */
export interface Operation {
  /** `store` for what is no part's: `sizes`, `sweep`. */
  readonly part: PartName | "store";
  readonly method: string;
  readonly args: readonly unknown[];
  /** The proof that a write is the leader's, if it carries one. */
  readonly fence: unknown;
  /** How far the clock moves before. */
  readonly tickMs: number;
  /** Which handle of each store runs it, counted round. */
  readonly handle: number;
}

/** What `rows.write` moves out and in again instead of writing given rows, and what `rows.clear` clears: tables whose rows belong together. */
export interface TableGroup {
  readonly tables: readonly MovableTable[];
}

export const isTableGroup = (value: unknown): value is TableGroup =>
  typeof value === "object" && value !== null && "tables" in value;

type Method = (...args: unknown[]) => Promise<unknown>;

/** A method of a store by its name. */
export function methodOf(store: Store, part: Operation["part"], method: string): Method {
  const owner = (part === "store" ? store : store[part]) as unknown as Record<string, Method | undefined>;
  const found = owner[method];
  if (found === undefined) throw new TypeError(`there is no ${part}.${method}`);
  return found;
}

export const nameOf = ({ part, method }: Pick<Operation, "part" | "method">): string => `${part}.${method}`;
