import { KEYSPACES } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";
import { Redis } from "ioredis";
import { openRedisStore } from "../../src/index.ts";
import { createKeys } from "../../src/keys.ts";
import { measureKeys } from "./measure-keys.ts";
import { placeOf, SAMPLES, type Sample, type SampledTable } from "./sample-rows.ts";

/** Writes under way at once while rows are written; as many answers are kept. */
const AT_ONCE = 100;
const BARE_CANARY = { name: "n", indexUid: "i", intervalMs: 1000, query: {}, assertions: [], enabled: true };
/** What the design gives as an example of a busy installation. */
export const LOAD = {
  indexes: 10,
  nodes: 5,
  sessions: 100,
  tasks: 1000,
  canaries: 10,
  runs: 1000,
  tenants: 100,
  policies: 20,
};

export interface TableFigures {
  readonly table: string;
  readonly holds: string;
  readonly bytesPerRow: number;
  readonly entriesPerRow: number;
  readonly bytesPerEntry: number;
}

interface LoadFigures {
  /** By table, in bytes. */
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly bytes: number;
    readonly indexBytes: number;
  }[];
  /** The sum of all keys, in bytes. */
  readonly bytes: number;
  /** By how much the server's `used_memory` grew, in bytes. */
  readonly serverBytes: number;
}

export interface MemoryFigures {
  readonly server: string;
  readonly tables: readonly TableFigures[];
  /** Bytes of each kept answer, of the schema's key, and of the counts of one type of task on one index. */
  readonly beside: { readonly perAnswer: number; readonly schema: number; readonly perTaskCount: number };
  readonly load: LoadFigures;
}

/** Writes rows of stated sizes to an empty server and measures them. @param rows how many of each table, enough that a server packs none of their indexes. */
export async function measureMemory(url: string, rows: number): Promise<MemoryFigures> {
  const redis = new Redis(url, { protocol: 2 });
  try {
    const load = await measureLoad(redis, url);
    const tables: TableFigures[] = [];
    for (const name of Object.keys(SAMPLES) as SampledTable[]) tables.push(await measureTable(redis, url, name, rows));
    const info = await redis.info("server");
    const server = /(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? "of an unknown version";
    return { server, tables, ...load };
  } finally {
    redis.disconnect();
  }
}

async function measureTable(redis: Redis, url: string, name: SampledTable, rows: number): Promise<TableFigures> {
  const prefix = `memory-${name}`;
  const store = await openRedisStore({ url, prefix, commandTimeoutMs: 30_000 });
  const sample: Sample = SAMPLES[name];
  if (name === "canaryRuns") {
    const ids = new Set(Array.from({ length: rows }, (_, i) => placeOf(i).canary));
    for (const id of ids) await store.canaries.put({ ...BARE_CANARY, id });
  }
  await writeAll(rows, (i) => sample.write(store, i, placeOf(i)));
  await store.close();
  const table = KEYSPACES[name].name;
  const measured = (await measureKeys(redis, prefix)).get(table);
  if (measured?.rows !== rows) throw new Error(`${table} has ${measured?.rows ?? 0} rows, not ${rows}`);
  await redis.flushall();
  // Counts stay the same however many rows there are.
  const indexes = [...measured.indexes].filter(([, { entries }]) => entries >= rows).map(([, index]) => index);
  const entries = indexes.reduce((sum, index) => sum + index.entries, 0);
  return {
    table,
    holds: sample.holds,
    bytesPerRow: measured.rowBytes / rows,
    entriesPerRow: entries / rows,
    bytesPerEntry: indexes.reduce((sum, { bytes }) => sum + bytes, 0) / entries,
  };
}

/** The representative load, on a server that has seen the scripts before: their texts are not data. */
async function measureLoad(redis: Redis, url: string): Promise<Pick<MemoryFigures, "beside" | "load">> {
  const prefix = "memory-load";
  const store = await openRedisStore({ url, prefix, commandTimeoutMs: 30_000 });
  await writeLoad(store, { ...LOAD, indexes: 1, tasks: 1, runs: 1 });
  const schemaKey = createKeys(prefix, 0).schema;
  const schema = Number(await redis.memory("USAGE", schemaKey, "SAMPLES", 0));
  for (const key of await redis.keys(`{${prefix}}:*`)) if (key !== schemaKey) await redis.del(key);
  const before = await usedMemory(redis);
  await writeLoad(store, LOAD);
  const serverBytes = (await usedMemory(redis)) - before;
  // Closing deletes the kept answers.
  const measured = await measureKeys(redis, prefix);
  await store.close();
  await redis.flushall();
  const tables = [...measured]
    .filter(([table]) => !table.startsWith("_"))
    .map(([table, { rows, rowBytes, indexes }]) => ({
      ...{ table, rows, bytes: rowBytes },
      indexBytes: [...indexes.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    }));
  const counts = measured.get("task_counts")?.indexes.get("_pairs");
  const kept = measured.get("_replies")?.indexes.get("_replies");
  if (counts === undefined || kept === undefined) throw new Error("there are no counts, or no kept answers");
  return {
    beside: {
      perAnswer: await measureAnswer(redis, url),
      schema,
      perTaskCount: counts.bytes / counts.entries,
    },
    load: {
      tables,
      bytes: tables.reduce((sum, { bytes, indexBytes }) => sum + bytes + indexBytes, kept.bytes + schema),
      serverBytes,
    },
  };
}

/** What a handle keeps of a session's write, when so many are made at once: runs keep the answers of their calls together. */
async function measureAnswer(redis: Redis, url: string): Promise<number> {
  const prefix = "memory-answers";
  const store = await openRedisStore({ url, prefix, commandTimeoutMs: 30_000 });
  await writeAll(AT_ONCE, (i) => SAMPLES.sessions.write(store, i, placeOf(i)));
  const kept = (await measureKeys(redis, prefix)).get("_replies")?.indexes.get("_replies");
  await store.close();
  await redis.flushall();
  if (kept === undefined) throw new Error("there are no kept answers");
  return kept.bytes / AT_ONCE;
}

async function writeLoad(store: Store, load: typeof LOAD): Promise<void> {
  const index = (i: number) => `products-${String(i % load.indexes).padStart(6, "0")}`;
  const canary = (i: number) => `canary-${String(i % load.canaries).padStart(6, "0")}`;
  const place = (i: number) => ({ index: index(i), node: `node-${Math.floor(i / load.indexes)}`, canary: canary(i) });
  const rows: readonly (readonly [SampledTable, number])[] = [
    ["indexes", load.indexes],
    ["aliases", load.indexes],
    ["sessions", load.sessions],
    ["tasks", load.tasks],
    ["canaries", load.canaries],
    ["canaryRuns", load.canaries * load.runs],
    ["tenantMap", load.tenants],
    ["rolloverPolicies", load.policies],
  ];
  for (const [name, count] of rows) await writeAll(count, (i) => SAMPLES[name].write(store, i, place(i)));
  await writeAll(load.indexes * load.nodes, (i) =>
    SAMPLES.nodeSettingsVersion.write(store, i % load.indexes, place(i)),
  );
}

async function writeAll(count: number, write: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => write(from + i)));
  }
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
}
