import { type IndexRow, indexes, indexesKeyspace } from "@miroir/schema";
import { type Indexes, settledIndexRow, swappedIndexRows } from "@miroir/store-contract";
import { eq } from "drizzle-orm";
import { pick } from "./codec.ts";
import { alreadyExists, type Context, notFound, type Sync, versionConflict } from "./context.ts";
import { createNamedList } from "./named-list.ts";
import { createRows } from "./rows.ts";
import { build, param } from "./statements.ts";

const TABLE = "indexes";

export function createIndexes(context: Context): Sync<Indexes> {
  const { clock, sql } = context;
  const rows = createRows(context, indexesKeyspace);
  const list = createNamedList(context, indexesKeyspace, indexes.uid, "uid");
  const withPhysicalUid = sql.raw(
    build
      .select(pick(indexes, "uid"))
      .from(indexes)
      .where(eq(indexes.physicalUid, param("physicalUid"))),
  );

  const existing = (uid: string): IndexRow => {
    const index = rows.get(uid);
    if (index === null) throw notFound(TABLE, uid);
    return index;
  };
  const keep = (index: IndexRow): IndexRow => {
    rows.put(index);
    return index;
  };

  return {
    create({ uid, physicalUid, primaryKey }) {
      if (rows.get(uid) !== null) throw alreadyExists(TABLE, uid);
      if (withPhysicalUid.first({ physicalUid }) !== undefined) throw alreadyExists(TABLE, uid);
      const now = clock.now();
      return keep({
        uid,
        physicalUid,
        primaryKey,
        nextSequence: 0,
        pendingSwaps: null,
        createdAt: now,
        updatedAt: now,
      });
    },
    get: (uid) => rows.get(uid),
    getByPhysicalUid(physicalUid) {
      const found = withPhysicalUid.first({ physicalUid });
      return found === undefined ? null : rows.get(found.uid);
    },
    list: (page) => list(page),
    count: () => rows.count(clock.now()),
    setPrimaryKey(uid, primaryKey) {
      const index = existing(uid);
      if (index.primaryKey === primaryKey) return index;
      if (index.primaryKey !== null) throw versionConflict(TABLE, `the primary key is ${index.primaryKey}`, uid);
      return keep({ ...index, primaryKey, updatedAt: clock.now() });
    },
    replacePrimaryKey(uid, expected, primaryKey) {
      const index = existing(uid);
      if (index.primaryKey === primaryKey) return index;
      if (index.primaryKey !== expected) {
        throw versionConflict(TABLE, `the primary key is ${index.primaryKey}, not ${expected}`, uid);
      }
      return keep({ ...index, primaryKey, updatedAt: clock.now() });
    },
    touch: (uid) => keep({ ...existing(uid), updatedAt: clock.now() }),
    takeSequence(uid, count) {
      const index = existing(uid);
      keep({ ...index, nextSequence: index.nextSequence + count });
      return index.nextSequence;
    },
    swap(swaps, taskUid) {
      for (const { uids, rename } of swaps) {
        const [first, second] = uids;
        const index = existing(first);
        if (rename && rows.get(second) !== null) throw alreadyExists(TABLE, second);
        const swapped = rename
          ? [{ ...index, uid: second, pendingSwaps: null }]
          : swappedIndexRows(index, existing(second), taskUid);
        // Both go before either comes back: a physical uid is unique at every moment.
        rows.delete(first);
        rows.delete(second);
        for (const row of swapped) rows.insert(row);
      }
    },
    settleSwap(taskUid, uids) {
      for (const uid of uids) {
        const index = rows.get(uid);
        if (index?.pendingSwaps?.some((swap) => swap.taskUid === taskUid)) keep(settledIndexRow(index, taskUid));
      }
    },
    delete: (uid) => rows.delete(uid),
  };
}
