import type { Store, StoreParts } from "@miroir/store-contract";
import { openRedisStore } from "@miroir/store-redis";
import type { SyncParts } from "@miroir/store-sqlite";
import { describeEnvironment, type Environment } from "../environment.ts";
import { compare, type Spread } from "../measure.ts";
import { createRedisBed } from "../redis.ts";
import { createBed } from "../store/databases.ts";
import { fillRedis } from "./fill-redis.ts";
import { fillSqlite } from "./fill-sqlite.ts";

export type GrowthBackend = "sqlite" | "redis";

export interface Growth {
  readonly environment: Environment;
  readonly backend: GrowthBackend;
  /** Rows in each of the tables. */
  readonly sizes: readonly number[];
  readonly operations: readonly {
    readonly name: string;
    /** One for each size. */
    readonly callMs: readonly Spread[];
    /** To the same call at the smallest size. */
    readonly ratio: readonly Spread[];
  }[];
  /** Of the measuring process, while it lists all tasks of the largest size by pages of 1,000. */
  readonly memory: readonly { readonly listed: number; readonly residentMb: number }[];
}

type Sized = {
  readonly size: number;
  readonly parts: SyncParts | StoreParts;
  readonly sweep: Store["sweep"] | ((limit: number) => number);
};

const OPERATIONS: Readonly<Record<string, (sized: Sized) => unknown>> = {
  "tasks: the newest 100": ({ parts }) => parts.tasks.list({}, { limit: 100 }),
  "tasks: 100 of an index and two statuses": ({ parts }) =>
    parts.tasks.list({ statuses: ["succeeded", "failed"], indexUids: ["index-3"] }, { limit: 100 }),
  "tasks: 100 from the middle": ({ parts, size }) => parts.tasks.list({}, { from: size / 2, limit: 100 }),
  "tasks: counts by status": ({ parts }) => parts.tasks.countByStatus(),
  "jobs: 100 of a type": ({ parts }) => parts.jobs.list({ type: "type-1" }, { limit: 100 }),
  "jobs: claim and complete": async ({ parts }) => {
    const job = await parts.jobs.claim("worker", ["type-0"], 60_000);
    if (job === null) throw new Error("the queue is empty");
    await parts.jobs.complete(job.id, job.claimToken, null);
    // Another in its place: the queue stays as long as it is.
    await parts.jobs.enqueue({ type: "type-0", params: { a: 1 } });
  },
  "jobs: requeue expired claims": ({ parts }) => parts.jobs.requeueExpired(100),
  "jobs: counts by state": ({ parts }) => parts.jobs.counts(),
  "all tables: sweep": ({ sweep }) => sweep(100),
};

async function measureOperations(sized: readonly Sized[]): Promise<Growth["operations"]> {
  const operations: Growth["operations"][number][] = [];
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const variants = Object.fromEntries(sized.map((one) => [`among ${one.size}`, () => operation(one)]));
    const measured = await compare(variants, { rounds: 9, turnMs: 15 });
    operations.push({ name, callMs: measured.map(({ callMs }) => callMs), ratio: measured.map(({ ratio }) => ratio) });
  }
  return operations;
}

async function measureMemory({ parts, size }: Sized): Promise<Growth["memory"]> {
  const memory: { listed: number; residentMb: number }[] = [];
  const sample = (listed: number) =>
    memory.push({ listed, residentMb: Math.round(process.memoryUsage.rss() / 2 ** 20) });
  sample(0);
  let listed = 0;
  for (let from: number | null = size - 1; from !== null; ) {
    const page: Awaited<ReturnType<StoreParts["tasks"]["list"]>> = await parts.tasks.list({}, { from, limit: 1000 });
    listed += page.items.length;
    from = page.next;
    if (listed % Math.max(1000, size / 10) === 0) sample(listed);
  }
  return memory;
}

/** What calls cost among 10³ rows and ten times as many, up to `max`. */
/** A call that fills waits for all those that were sent with it. */
const FILLING_TIMEOUT_MS = 30_000;

async function measureGrowth(backend: GrowthBackend, max: number): Promise<Growth> {
  const sizes = [1e3, 1e4, 1e5, 1e6].filter((size) => size <= max);
  const sized: Sized[] = [];
  const closing: (() => Promise<void> | void)[] = [];
  try {
    if (backend === "sqlite") {
      const bed = createBed();
      closing.push(() => bed.close());
      for (const size of sizes) {
        // NORMAL: what grows is the work, and it is seen better without the disk's time.
        const { database, engine } = bed.open(`growth-${size}.db`, "NORMAL");
        fillSqlite(database, size);
        sized.push({ size, parts: engine.parts, sweep: engine.store.sweep });
      }
    } else {
      const bed = await createRedisBed();
      closing.push(() => bed.close());
      for (const size of sizes) {
        console.error(`growth: filling Redis with ${size} rows of each table`);
        const store = await openRedisStore({
          url: bed.url,
          prefix: bed.prefix(),
          commandTimeoutMs: FILLING_TIMEOUT_MS,
        });
        closing.unshift(() => store.close());
        await fillRedis(store.rows, size);
        sized.push({ size, parts: store, sweep: store.sweep });
      }
    }
    const largest = sized.at(-1);
    if (largest === undefined) throw new RangeError("--max is 1000 at least");
    const memory = await measureMemory(largest);
    const operations = await measureOperations(sized);
    return { environment: describeEnvironment(), backend, sizes, operations, memory };
  } finally {
    for (const close of closing) await close();
  }
}

/** Measures and prints one backend's growth. */
export async function run({
  backend,
  max,
  json,
}: {
  backend: GrowthBackend;
  max: number;
  json: boolean;
}): Promise<void> {
  const growth = await measureGrowth(backend, max);
  if (json) {
    console.log(JSON.stringify(growth, null, 2));
    return;
  }
  console.log(
    `${backend}: × the same call among ${growth.sizes[0]} rows (median), among ${growth.sizes.slice(1).join(", ")}`,
  );
  for (const { name, callMs, ratio } of growth.operations) {
    const times = ratio.slice(1).map(({ median }) => `${median.toFixed(2)} ×`.padStart(10));
    console.log(`  ${name.padEnd(44)} ${(callMs[0]?.median ?? 0).toFixed(4)} ms ${times.join("")}`);
  }
  console.log(
    `memory while listing: ${growth.memory.map(({ listed, residentMb }) => `${listed}: ${residentMb} MB`).join(", ")}`,
  );
}
