import { createHash } from "node:crypto";
import type { Synchronous } from "@miroir/store-sqlite";
import { atMost, faster, type Measurement, measure, report } from "../goals.ts";
import { openPlainjob } from "../queue/plainjob.ts";
import { addTasks, type Bed, createBed } from "./databases.ts";
import { loopDelay } from "./loop-delay.ts";
import { slowDisks } from "./slow-disk.ts";

/** Measures the SQLite store and prints it with its goals, or as one JSON object. `large`: lists of a million tasks too. */
export async function run({ json, large }: { readonly json: boolean; readonly large: boolean }): Promise<void> {
  const bed = createBed();
  const measurements: Measurement[] = [];
  try {
    for (const synchronous of ["NORMAL", "FULL"] as const) measurements.push(await upserts(bed, synchronous));
    measurements.push(
      await gets(bed),
      await listsOf50(bed),
      ...slowDisks(bed),
      await listSizes(bed, large),
      await queue(bed),
      await workerStep(bed),
      await loopDelay(bed),
    );
  } finally {
    bed.close();
  }
  report(measurements, { json });
}

const digest = (i: number): Buffer => createHash("sha256").update(String(i)).digest();
const digests = Array.from({ length: 1000 }, (_, i) => digest(i));

function upserts(bed: Bed, synchronous: Synchronous): Promise<Measurement> {
  const hand = bed.open(`upsert-hand-${synchronous}.db`, synchronous).database;
  const { engine } = bed.open(`upsert-engine-${synchronous}.db`, synchronous);
  const statement = hand.prepare(
    `INSERT INTO tenant_map (api_key_hash, tenant_id, group_id, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (api_key_hash) DO UPDATE SET tenant_id = excluded.tenant_id, group_id = excluded.group_id, updated_at = excluded.updated_at`,
  );
  let i = 0;
  const next = (): Buffer => digests[i++ % digests.length] as Buffer;
  const begin = hand.prepare("BEGIN IMMEDIATE");
  const commit = hand.prepare("COMMIT");
  return measure(`Upsert of one row, synchronous=${synchronous}`, atMost(1.1), {
    "prepared by hand": () => statement.run(next(), "tenant", null, Date.now()),
    "prepared by hand, between BEGIN and COMMIT": () => {
      begin.run();
      statement.run(next(), "tenant", null, Date.now());
      commit.run();
    },
    engine: () => engine.parts.tenantMap.put({ apiKeyHash: next(), tenantId: "tenant", groupId: null }),
  });
}

const COLUMNS = `uid, index_uid AS indexUid, type, status, node_tasks AS nodeTasks, details, error, canceled_by AS canceledBy,
  custom_metadata AS customMetadata, enqueued_at AS enqueuedAt, started_at AS startedAt, finished_at AS finishedAt, updated_at AS updatedAt`;
type StoredTask = { nodeTasks: unknown; details: unknown; error: unknown };
function parseTask(row: StoredTask): StoredTask {
  for (const name of ["nodeTasks", "details", "error"] as const) {
    const text = row[name];
    if (typeof text === "string") row[name] = JSON.parse(text);
  }
  return row;
}

function gets(bed: Bed): Promise<Measurement> {
  const { database, engine } = bed.open("get.db", "NORMAL");
  addTasks(engine, 1000);
  const statement = database.prepare<[number], StoredTask>(`SELECT ${COLUMNS} FROM tasks WHERE uid = ?`);
  let i = 0;
  return measure("Get of one task", atMost(1.15), {
    "prepared by hand": () => parseTask(statement.get(i++ % 1000) as StoredTask),
    engine: () => engine.parts.tasks.get(i++ % 1000),
  });
}

function listsOf50(bed: Bed): Promise<Measurement> {
  const { database, engine } = bed.open("list.db", "NORMAL");
  addTasks(engine, 1000);
  const page = database.prepare<[], StoredTask>(`SELECT ${COLUMNS} FROM tasks ORDER BY uid DESC LIMIT 51`);
  const total = database.prepare("SELECT sum(count) FROM task_counts").pluck();
  // On one snapshot, as the store does: the total agrees with the page.
  const begin = database.prepare("BEGIN");
  const commit = database.prepare("COMMIT");
  return measure("List of 50 tasks with their total", atMost(1.15), {
    "prepared by hand": () => {
      begin.run();
      const found = { items: page.all().slice(0, 50).map(parseTask), total: total.get() };
      commit.run();
      return found;
    },
    engine: () => engine.parts.tasks.list({}, { limit: 50 }),
  });
}

function listSizes(bed: Bed, large: boolean): Promise<Measurement> {
  const sizes = large ? [1_000, 100_000, 1_000_000] : [1_000, 100_000];
  const variants = sizes.map((size) => {
    const { engine } = bed.open(`tasks-${size}.db`, "NORMAL");
    addTasks(engine, size);
    const list = () =>
      engine.parts.tasks.list({ statuses: ["succeeded", "failed"], indexUids: ["index-3"] }, { limit: 100 });
    return [`among ${size}`, list] as const;
  });
  return measure("List of 100 tasks of one index and two statuses", atMost(1.3), Object.fromEntries(variants));
}

/**
 * Both with WAL and synchronous=NORMAL, which plainjob sets itself, and each step in one transaction. plainjob's table has one index;
 * a claim of it gives the id alone, without lease or token, and what it ends has neither result nor time.
 */
async function queue(bed: Bed): Promise<Measurement> {
  const plainjob = openPlainjob(bed.path("plainjob.db"));
  const { jobs } = bed.open("jobs.db", "NORMAL").engine.parts;
  try {
    return await measure("A job enqueued, claimed and completed, synchronous=NORMAL", faster(1.5), {
      "plainjob 0.0.14": plainjob.runJob,
      engine: () => {
        jobs.enqueue({ type: "t", params: { a: 1 } });
        const job = jobs.claim("worker", ["t"], 10_000);
        if (job !== null) jobs.complete(job.id, job.claimToken, null);
      },
    });
  } finally {
    plainjob.close();
  }
}

/** What a worker does between two jobs, with a queue that is filled before and never empty. */
async function workerStep(bed: Bed): Promise<Measurement> {
  const waiting = 30_000;
  const plainjob = openPlainjob(bed.path("plainjob-step.db"));
  for (let i = 0; i < waiting; i++) plainjob.add();
  const { engine } = bed.open("jobs-step.db", "NORMAL");
  const { jobs } = engine.parts;
  const call = { part: "jobs" as const, method: "enqueue", args: [{ type: "t", params: { a: 1 } }, undefined] };
  for (let i = 0; i < waiting; i += 1000) engine.runGroup(Array.from({ length: 1000 }, () => call));
  const next = { worker: "worker", types: ["t"], leaseMs: 60_000 };
  let mine = jobs.claim(next.worker, next.types, next.leaseMs);
  try {
    return await measure("A worker's step: a job completed and the next one claimed, synchronous=NORMAL", faster(1.5), {
      "plainjob 0.0.14": plainjob.runNext,
      "engine, completeAndClaim": () => {
        if (mine === null) throw new Error("the queue is empty");
        mine = jobs.completeAndClaim(mine.id, mine.claimToken, null, next);
      },
    });
  } finally {
    plainjob.close();
  }
}
