import { type Clock, StoreError, WATCHED_TABLES } from "@miroir/store-contract";
import type { Statements } from "./statements.ts";

/** What a table's functions work with: one connection and its time. */
export interface Context {
  readonly sql: Statements;
  readonly clock: Clock;
  /** Runs reads that must agree with one another on one snapshot. */
  readonly snapshot: <R>(reads: () => R) => R;
  /** Changes when another connection has written, or a write of this one was rolled back: what was derived from rows is then stale. */
  readonly stateOfOthers: () => string;
  /** Makes what was derived from rows stale, as a write of another connection would. */
  readonly forget: () => void;
  /** Notes that a row changed, to be announced after the commit. */
  readonly changed: (table: string, key: readonly (string | number)[]) => void;
  readonly onCorruptRow: (error: StoreError) => void;
}

const watched: ReadonlySet<string> = new Set(WATCHED_TABLES);
export const isWatched = (table: string): boolean => watched.has(table);

const single = new WeakSet<object>();

/** Marks a write that is one statement at most: SQLite makes that a step by itself, without the cost of BEGIN and COMMIT. */
export function oneStatement<F extends (...args: never[]) => unknown>(method: F): F {
  single.add(method);
  return method;
}
export const isOneStatement = (method: object): boolean => single.has(method);

/** Synchronous twins of a part's methods: what the engine runs on the thread that owns the connection. */
export type Sync<T> = {
  readonly [M in keyof T]: T[M] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

export const notFound = (table: string, ...key: (string | number)[]): StoreError =>
  new StoreError("not_found", `${table} has no ${key.join(", ")}`, { table, key });

export const alreadyExists = (table: string, ...key: (string | number)[]): StoreError =>
  new StoreError("already_exists", `${table} already has ${key.join(", ")}`, { table, key });

export const notHolder = (table: string, why: string, ...key: (string | number)[]): StoreError =>
  new StoreError("not_holder", `${table} ${key.join(", ")}: ${why}`, { table, key });

export const versionConflict = (table: string, why: string, ...key: (string | number)[]): StoreError =>
  new StoreError("version_conflict", `${table} ${key.join(", ")}: ${why}`, { table, key });

export const illegalTransition = (table: string, why: string, ...key: (string | number)[]): StoreError =>
  new StoreError("illegal_transition", `${table} ${key.join(", ")}: ${why}`, { table, key });
