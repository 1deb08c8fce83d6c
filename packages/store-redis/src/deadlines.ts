import { KEYSPACES, type TableName } from "@miroir/schema";
import type { Context } from "./context.ts";

/** How many keys of a set scored by deadline are live. */
export async function countLive(context: Context, table: string, deadlines: string): Promise<number> {
  const { values } = await context.read({ script: "count-live", table, keys: [deadlines], args: [context.now()] });
  return Number(values[0]);
}

interface Sweep {
  readonly script: string;
  /** Indexes by name: the one scored by deadline, then the others that hold a row's key. */
  readonly indexes: readonly string[];
}

/** How rows past their deadline leave each table that has one. */
const SWEEPS = {
  sessions: { script: "sweep-sessions", indexes: ["by_expires_at", "index", "by_pin"] },
  idempotencyCache: { script: "sweep-table", indexes: ["index", "answered", "reserved"] },
  adminSessions: { script: "sweep-admin-sessions", indexes: ["by_expires_at", "index", "by_admin_key"] },
  gateways: { script: "sweep-table", indexes: ["index", "by_key"] },
  rateLimits: { script: "sweep-table", indexes: ["index"] },
  loginBackoff: { script: "sweep-table", indexes: ["index"] },
  scopedKeyObservations: { script: "sweep-table", indexes: ["index", "by_key"] },
} as const satisfies Partial<Record<TableName, Sweep>>;

type SweptTable = keyof typeof SWEEPS;

const undeclared = Object.entries(KEYSPACES).find(([name, { deadline }]) => (deadline !== null) !== name in SWEEPS);
if (undeclared !== undefined) throw new Error(`${undeclared[0]}: a table is swept when it has a deadline`);

/** Deletes at most `limit` rows past their deadline, the longest past first. @returns how many. */
export async function sweepTable(
  context: Context,
  name: SweptTable,
  limit: number,
  options?: Parameters<Context["write"]>[1],
): Promise<number> {
  const { script, indexes } = SWEEPS[name];
  const table = KEYSPACES[name].name;
  const keys = indexes.map((index) => context.keys.index(table, index));
  return Number((await context.write({ script, table, keys, args: [limit] }, options)).values[0]);
}

/** The same for every table that has deadlines. */
export async function sweepAll(context: Context, limit: number): Promise<number> {
  let swept = 0;
  for (const name of Object.keys(SWEEPS) as SweptTable[]) swept += await sweepTable(context, name, limit);
  return swept;
}
