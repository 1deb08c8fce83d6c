import type { IndexLocks } from "../context.ts";

/**
 * Two writes that reach two replicas of a document in different orders leave them different for ever. Node queues are
 * FIFO, so it is enough that this gateway hands over the writes of an index one after another.
 */
export function createIndexLocks(): IndexLocks {
  const tails = new Map<string, Promise<unknown>>();
  const locks: IndexLocks = {
    run(indexUid, work) {
      const before = tails.get(indexUid) ?? Promise.resolve();
      const result = before.then(work);
      const tail = result.catch(() => undefined);
      tails.set(indexUid, tail);
      tail.then(() => {
        if (tails.get(indexUid) === tail) tails.delete(indexUid);
      });
      return result;
    },
    // In one order everywhere, or two callers could each wait for what the other has.
    runAll: (indexUids, work) =>
      [...new Set(indexUids)].sort().reduceRight((inner, uid) => () => locks.run(uid, inner), work)(),
  };
  return locks;
}
