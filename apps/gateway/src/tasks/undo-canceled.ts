import type { IndexRow, TaskRow } from "@miroir/schema";
import { type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import type { IndexLocks } from "../context.ts";
import { hiddenOf, type Undo } from "./hidden-details.ts";

interface Deps {
  readonly store: Store;
  readonly cluster: Cluster;
  readonly indexLocks: IndexLocks;
  readonly log: Logger;
}

/** The most numbers that one step of the store gives out. */
const MOST_NUMBERS = 10_000_000;

/**
 * The registry follows a write when it is accepted, so that the next write meets what this one will have left. A canceled write
 * has left nothing: an index that it was to delete is there again, and one that it was to create is not. Again is no harm.
 */
export async function undoCanceled(deps: Deps, canceled: AsyncIterable<TaskRow>): Promise<void> {
  for await (const task of canceled) {
    const undo = hiddenOf(task)?.undo as Undo | undefined;
    const { indexUid } = task;
    if (!undo || indexUid === null) continue;
    await deps.indexLocks.run(indexUid, () =>
      undo.kind === "drop_index" ? drop(deps, task, indexUid) : restore(deps, indexUid, undo),
    );
  }
}

/** Only an index that is empty everywhere, and of which no other write is known, is taken for one that was never made. */
async function drop({ store, cluster, log }: Deps, task: TaskRow, indexUid: string): Promise<void> {
  const row = await store.indexes.get(indexUid);
  if (!row) return;
  const { tasks } = store;
  const statuses = ["enqueued", "processing", "succeeded", "failed"] as const;
  const [newest] = (await tasks.list({ indexUids: [indexUid], statuses }, { limit: 1 })).items;
  if (newest && newest.uid > task.uid) return;
  // An index from before is then still there, under the same name.
  const kept = { indexUids: [indexUid], types: ["indexDeletion"], statuses: ["canceled"] } as const;
  if ((await tasks.list(kept, { limit: 0 })).total > 0) return;
  const empty = await Promise.all(cluster.nodeIds.map((node) => isEmptyOn(cluster, node, row.physicalUid)));
  if (empty.includes(false)) return;
  const path = `/indexes/${row.physicalUid}`;
  const sent = cluster.nodeIds.map((node) => cluster.request(node, { method: "DELETE", path }));
  for (const answer of await Promise.allSettled(sent))
    if (answer.status === "rejected")
      log.warn({ indexUid, err: answer.reason }, "a node keeps an index that was canceled");
  await store.indexes.delete(indexUid);
}

async function isEmptyOn(cluster: Cluster, node: string, physicalUid: string): Promise<boolean> {
  try {
    const { status, body } = await cluster.request(node, { method: "GET", path: `/indexes/${physicalUid}/stats` });
    if (status === 404) return true;
    return status === 200 && (JSON.parse(body.toString("utf8")) as IndexStats).numberOfDocuments === 0;
  } catch {
    return false;
  }
}

type IndexStats = { readonly numberOfDocuments?: unknown };

async function restore(
  { store: { indexes } }: Deps,
  uid: string,
  { physicalUid, primaryKey, nextSequence }: Extract<Undo, { kind: "restore_index" }>,
): Promise<void> {
  let row: IndexRow | null = await indexes.get(uid);
  if (row && row.physicalUid !== physicalUid) return;
  try {
    row ??= await indexes.create({ uid, physicalUid, primaryKey });
  } catch (error) {
    // What it was on the nodes has another name by now.
    if (error instanceof StoreError && error.code === "already_exists") return;
    throw error;
  }
  if (primaryKey !== null && row.primaryKey !== primaryKey)
    await indexes.replacePrimaryKey(uid, row.primaryKey, primaryKey);
  for (let left = nextSequence - row.nextSequence; left > 0; left -= MOST_NUMBERS)
    await indexes.takeSequence(uid, Math.min(left, MOST_NUMBERS));
}
