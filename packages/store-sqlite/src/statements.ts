import type { Keyspace } from "@miroir/schema";
import type { Page, StoreError } from "@miroir/store-contract";
import { encodeCursor, StoreError as StoreErrorClass } from "@miroir/store-contract";
import type BetterSqlite3 from "better-sqlite3";
import { is, Param, Placeholder, type Query, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { SQLiteBoolean, type SQLiteTable, SQLiteTextJson } from "drizzle-orm/sqlite-core";
import { createCodec, keyOf, type RawRow } from "./codec.ts";

/** Drizzle's builders without a connection: they make the SQL, the driver prepares it (Drizzle's own prepared queries cost 1.15–1.8 × as much). */
export const build = drizzle.mock();

/** A value that is given with each call. */
export const param = (name: string): Placeholder<string> => sql.placeholder(name);

/** Whether a value is in a list that is given as JSON with each call, so that one statement serves lists of any length. */
export const inList = (value: unknown, name: string) => sql`${value} in (select value from json_each(${param(name)}))`;

/** Values by parameter name, in the types of the contract's rows: the statement encodes them for the column they are for. */
export type Values = Readonly<Record<string, unknown>>;

interface Buildable {
  toSQL(): Query;
}

/** What `.all()` of a Drizzle query gives: one row's type. */
type RowOf<Q> = Q extends { all(): (infer R)[] } ? R : never;

export interface Statement<R> {
  all(values: Values): R[];
  first(values: Values): R | undefined;
  /** @returns how many rows changed. */
  run(values: Values): number;
}

export interface RowStatement<Row> {
  /** @throws StoreError corrupt_row. */
  one(values: Values): Row | null;
  /** All rows that can be read; those that cannot are reported, not thrown, so that they do not hide their neighbours. */
  list(values: Values): Row[];
  /**
   * One row more than `limit` is read, to know whether there is a next page; the query has a parameter `limit`.
   * @param position the properties (of kinds that need no decoding) that make the cursor
   */
  page(values: Values, limit: number, position: readonly string[]): Page<Row>;
}

export interface Statements {
  readonly raw: <Q extends Buildable>(query: Q) => Statement<RowOf<Q>>;
  readonly rows: <T extends SQLiteTable>(keyspace: Keyspace<T>, query: Buildable) => RowStatement<T["$inferSelect"]>;
  /** Decodes raw rows, leaving out (and reporting) those that cannot be read. */
  readonly readable: <T extends SQLiteTable>(keyspace: Keyspace<T>, raws: readonly RawRow[]) => T["$inferSelect"][];
  /** How often a statement that writes was run; tells whether a call that failed had begun to write. */
  readonly writes: () => number;
  /** The SQL of every statement declared so far. */
  readonly texts: () => ReadonlySet<string>;
}

/** A parameter by name, or (without one) a value that is always the same. */
interface Binder {
  readonly name: string | null;
  readonly encode: ((value: unknown) => unknown) | null;
  readonly value: unknown;
}

function binderOf(source: unknown): Binder {
  if (is(source, Placeholder)) return { name: source.name, encode: null, value: null };
  if (is(source, Param) && is(source.value, Placeholder)) {
    const { encoder, value } = source;
    // Only these change what they are given; the driver takes all else as it is.
    const changes = is(encoder, SQLiteTextJson) || is(encoder, SQLiteBoolean);
    const encode = (given: unknown) =>
      given === null || given === undefined ? given : encoder.mapToDriverValue(given);
    return { name: value.name, encode: changes ? encode : null, value: null };
  }
  return { name: null, encode: null, value: source };
}

/** What a statement is once it is used. */
interface Made {
  readonly text: string;
  readonly bind: (values: Values) => unknown[];
}
interface Prepared {
  readonly statement: BetterSqlite3.Statement<unknown[], RawRow>;
  readonly bind: Made["bind"];
}

type Encoders = readonly Binder["encode"][];

/** Takes a statement's parameters out of the values of a call, as code of its own: the names are the schema's and the store's. */
function compileBind(binders: readonly Binder[]): (values: Values) => unknown[] {
  const cells = binders.map(({ name, encode }, i) => {
    if (name === null) return `constants[${i}]`;
    const value = `values[${JSON.stringify(name)}]`;
    return encode === null ? value : `encoders[${i}](${value})`;
  });
  const pick = new Function("values", "encoders", "constants", `return [${cells.join(", ")}];`) as (
    values: Values,
    encoders: Encoders,
    constants: readonly unknown[],
  ) => unknown[];
  const encoders = binders.map(({ encode }) => encode);
  const constants = binders.map(({ value }) => value);
  return (values) => {
    const bound = pick(values, encoders, constants);
    for (let i = 0; i < bound.length; i++) {
      if (bound[i] === undefined) throw new Error(`the statement needs a value for ${binders[i]?.name}`);
    }
    return bound;
  };
}

/**
 * The driver's SQLite is built with STAT4: wherever the planner might learn from a bare parameter's value, it prepares the statement anew
 * each time one is bound, which costs 10 to 20 µs a call and, without ANALYZE, teaches it nothing. It does not look into expressions.
 */
const keepPlan = (text: string): string =>
  text.replace(/ (limit|offset) \?/g, " $1 ? + 0").replace(/ (=|<|>|<=|>=) \?/g, " $1 +?");

/**
 * Statements of one connection. Declaring one costs next to nothing, as there are hundreds and most connections use few: its SQL is made,
 * and prepared, when it is first used (a reading connection never prepares the writes).
 */
export function createStatements(
  database: BetterSqlite3.Database,
  onCorruptRow: (error: StoreError) => void,
): Statements {
  const declared: (() => Made)[] = [];
  let writes = 0;

  const declare = (query: Buildable) => {
    let made: Made | null = null;
    const make = (): Made => {
      if (made === null) {
        const { sql, params } = query.toSQL();
        made = { text: keepPlan(sql), bind: compileBind(params.map(binderOf)) };
      }
      return made;
    };
    declared.push(make);
    let prepared: Prepared | null = null;
    const prepare = (): Prepared => {
      if (prepared === null) {
        const { text, bind } = make();
        prepared = { statement: database.prepare<unknown[], RawRow>(text), bind };
      }
      return prepared;
    };
    const all = (values: Values): RawRow[] => {
      const { statement, bind } = prepare();
      if (!statement.readonly) writes++;
      return statement.all(...bind(values));
    };
    return {
      all,
      // `.get()` for reads only: outside a transaction it leaves an INSERT … RETURNING unfinished, and the WAL is then never checkpointed.
      first: (values: Values): RawRow | undefined => {
        const { statement, bind } = prepare();
        return statement.readonly ? statement.get(...bind(values)) : all(values)[0];
      },
      run: (values: Values) => {
        const { statement, bind } = prepare();
        writes++;
        return statement.run(...bind(values)).changes;
      },
    };
  };

  const readable: Statements["readable"] = (keyspace, raws) => {
    const { decode } = codecOf(keyspace);
    const rows = [];
    for (const raw of raws) {
      try {
        rows.push(decode(raw));
      } catch (error) {
        if (!(error instanceof StoreErrorClass)) throw error;
        onCorruptRow(error);
      }
    }
    return rows;
  };

  return {
    writes: () => writes,
    texts: () => new Set(declared.map((make) => make().text)),
    readable,
    raw: <Q extends Buildable>(query: Q) => {
      const { all, first, run } = declare(query);
      return {
        all: (values) => all(values) as RowOf<Q>[],
        first: (values) => first(values) as RowOf<Q> | undefined,
        run,
      };
    },
    rows: (keyspace, query) => {
      const { all, first } = declare(query);
      const { decode } = codecOf(keyspace);
      return {
        one: (values) => {
          const raw = first(values);
          return raw === undefined ? null : decode(raw);
        },
        list: (values) => readable(keyspace, all(values)),
        page: (values, limit, position) => {
          const raws = all({ ...values, limit: limit + 1 });
          const last = raws.length > limit ? raws[limit - 1] : undefined;
          const next = last === undefined ? null : encodeCursor(keyOf(last, position));
          return { items: readable(keyspace, raws.slice(0, limit)), next };
        },
      };
    },
  };
}

const codecs = new WeakMap<SQLiteTable, unknown>();

function codecOf<T extends SQLiteTable>(keyspace: Keyspace<T>): ReturnType<typeof createCodec<T>> {
  let codec = codecs.get(keyspace.table) as ReturnType<typeof createCodec<T>> | undefined;
  if (codec === undefined) {
    codec = createCodec(keyspace.table, keyspace.key);
    codecs.set(keyspace.table, codec);
  }
  return codec;
}
