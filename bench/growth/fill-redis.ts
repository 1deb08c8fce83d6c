import type { StoreParts } from "@miroir/store-contract";

const ROWS_OF_CALL = 100;
const CALLS_AT_ONCE = 4;
const START_AT = 1_700_000_000_000;
const at = (i: number): number => START_AT + i * 1000;
type Batch = Parameters<StoreParts["rows"]["write"]>[0];

const taskRow = (uid: number) => ({
  uid,
  indexUid: `index-${uid % 10}`,
  type: uid % 2 === 0 ? "documentAdditionOrUpdate" : "settingsUpdate",
  status: uid % 100 === 0 ? ("failed" as const) : ("succeeded" as const),
  nodeTasks: { "node-1": { uid: 17, status: "succeeded" as const } },
  details: { receivedDocuments: 1000, indexedDocuments: 1000 },
  error: null,
  canceledBy: null,
  customMetadata: null,
  enqueuedAt: at(uid),
  startedAt: at(uid),
  finishedAt: at(uid),
  updatedAt: at(uid),
});

const jobRow = (seq: number) => ({
  id: `job-${seq}`,
  seq,
  type: `type-${seq % 3}`,
  params: { a: 1 },
  state: seq % 2 === 0 ? ("queued" as const) : ("completed" as const),
  dedupeKey: null,
  parentId: null,
  runAt: at(seq),
  attempts: seq % 2,
  maxAttempts: 3,
  claimedBy: null,
  claimToken: null,
  claimExpiresAt: null,
  claimLeaseMs: null,
  progress: null,
  result: null,
  error: null,
  createdAt: at(seq),
  updatedAt: at(seq),
  finishedAt: seq % 2 === 0 ? null : at(seq),
});

const sessionRow = (i: number) => ({
  sessionId: `session-${i}`,
  pins: {},
  createdAt: at(i),
  lastUsedAt: at(i),
  expiresAt: 4_000_000_000_000 + i,
});

/** Fills a store with the rows that `fillSqlite` makes, by the calls that `copyStore` makes. */
export async function fillRedis({ write }: StoreParts["rows"], size: number): Promise<void> {
  const batches: Batch[] = [];
  for (let from = 0; from < size; from += ROWS_OF_CALL) {
    const numbers = Array.from({ length: Math.min(ROWS_OF_CALL, size - from) }, (_, i) => from + i);
    batches.push({ table: "tasks", rows: numbers.map(taskRow) });
    batches.push({ table: "jobs", rows: numbers.map(jobRow) });
    batches.push({ table: "sessions", rows: numbers.map(sessionRow) });
    if (batches.length >= 3 * CALLS_AT_ONCE || from + ROWS_OF_CALL >= size) {
      await Promise.all(batches.splice(0).map((batch) => write(batch)));
    }
  }
}
