import type { IndexRow } from "@miroir/schema";
import type { Indexes } from "../src/beside/indexes.ts";
import { settledIndexRow, swappedIndexRows } from "../src/rules/index-swap.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createIndexes({ tables: { indexes }, now }: Model): Sync<Indexes> {
  const existing = (uid: string, operation: string): IndexRow => {
    const row = indexes.get(uid);
    if (row === null) throw refuse("not_found", "indexes", operation, [uid], "no such index");
    return row;
  };
  const keep = (row: IndexRow): IndexRow => {
    indexes.set(row);
    return row;
  };
  const taken = (uid: string, operation: string, what = "the uid is taken") =>
    refuse("already_exists", "indexes", operation, [uid], what);
  return {
    create(index) {
      if (indexes.get(index.uid) !== null) throw taken(index.uid, "create");
      if (indexes.all().some((row) => row.physicalUid === index.physicalUid)) {
        throw taken(index.uid, "create", "the physical uid is taken");
      }
      return keep({ ...index, nextSequence: 0, pendingSwaps: null, createdAt: now(), updatedAt: now() });
    },
    get: (uid) => indexes.get(uid),
    getByPhysicalUid: (physicalUid) => indexes.all().find((row) => row.physicalUid === physicalUid) ?? null,
    list: (page) => pageOf(indexes.all(), page, ["string"], (row) => [row.uid]),
    count: () => indexes.all().length,
    setPrimaryKey(uid, primaryKey) {
      const row = existing(uid, "setPrimaryKey");
      if (row.primaryKey === primaryKey) return row;
      if (row.primaryKey !== null) {
        throw refuse("version_conflict", "indexes", "setPrimaryKey", [uid], "it has another primary key");
      }
      return keep({ ...row, primaryKey, updatedAt: now() });
    },
    replacePrimaryKey(uid, expected, primaryKey) {
      const row = existing(uid, "replacePrimaryKey");
      if (row.primaryKey === primaryKey) return row;
      if (row.primaryKey !== expected) {
        throw refuse("version_conflict", "indexes", "replacePrimaryKey", [uid], "it has another primary key");
      }
      return keep({ ...row, primaryKey, updatedAt: now() });
    },
    touch: (uid) => keep({ ...existing(uid, "touch"), updatedAt: now() }),
    takeSequence(uid, count) {
      const row = existing(uid, "takeSequence");
      keep({ ...row, nextSequence: row.nextSequence + count });
      return row.nextSequence;
    },
    swap(swaps, taskUid) {
      // Everything is read and judged before anything changes: all pairs or none.
      const changes = swaps.map(({ uids: [first, second], rename }) => {
        const row = existing(first, "swap");
        if (!rename) return { gone: null, rows: swappedIndexRows(row, existing(second, "swap"), taskUid) };
        if (indexes.get(second) !== null) throw taken(second, "swap");
        return { gone: row, rows: [{ ...row, uid: second, pendingSwaps: null }] };
      });
      for (const { gone, rows } of changes) {
        indexes.delete(gone);
        for (const row of rows) indexes.set(row);
      }
    },
    settleSwap(taskUid, uids) {
      for (const uid of uids) {
        const row = indexes.get(uid);
        if (row?.pendingSwaps?.some((swap) => swap.taskUid === taskUid)) indexes.set(settledIndexRow(row, taskUid));
      }
    },
    delete: (uid) => indexes.delete(indexes.get(uid)),
  };
}
