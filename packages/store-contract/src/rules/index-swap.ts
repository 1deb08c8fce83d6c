import type { IndexRow, PendingSwap } from "@miroir/schema";

/**
 * Two rows with their names exchanged: everything but the uid goes along, as when Meilisearch swaps indexes. What is pending belongs to
 * the names; with `taskUid`, this swap is pending too.
 */
export const swappedIndexRows = (a: IndexRow, b: IndexRow, taskUid: number | null = null): [IndexRow, IndexRow] => [
  { ...b, uid: a.uid, pendingSwaps: pendingOf(a, taskUid) },
  { ...a, uid: b.uid, pendingSwaps: pendingOf(b, taskUid) },
];

function pendingOf(row: IndexRow, taskUid: number | null): PendingSwap[] | null {
  if (taskUid === null) return row.pendingSwaps;
  const { physicalUid, primaryKey, createdAt, updatedAt } = row;
  return [...(row.pendingSwaps ?? []), { taskUid, physicalUid, primaryKey, createdAt, updatedAt }];
}

/** The row without the pending swap of that task. */
export function settledIndexRow(row: IndexRow, taskUid: number): IndexRow {
  const left = row.pendingSwaps?.filter((swap) => swap.taskUid !== taskUid) ?? [];
  return { ...row, pendingSwaps: left.length === 0 ? null : left };
}

/** The index as reads see it: as it was before the first swap that is pending. */
export function servedIndexRow(row: IndexRow): IndexRow {
  const [before] = row.pendingSwaps ?? [];
  if (before === undefined) return row;
  const { physicalUid, primaryKey, createdAt, updatedAt } = before;
  return { ...row, physicalUid, primaryKey, createdAt, updatedAt };
}
