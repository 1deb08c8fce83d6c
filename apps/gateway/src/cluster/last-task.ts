/**
 * The newest task that a node is known to have. Its uid only grows, so that a lower one tells that the node has lost all it had. Both
 * questions are asked before a request is sent; what they return is told what the answer says.
 */
export interface LastTask {
  /** Of a write. What it returns is told the uid of the write's task. @returns whether the node is still the one it was */
  expectNext(): (uid: number) => boolean;
  /** Of a list of tasks. What it returns is told the highest uid of all. */
  expectNewest(): (uid: number) => void;
  /** Says that a loss is known by other signs, so that the next task tells nothing new. */
  forget(): void;
}

/**
 * @param onLoss called when a uid tells of a loss
 * @param freshMs who has seen nothing for longer was held up: the node may have been emptied, and filled again by others, meanwhile
 */
export function createLastTask(onLoss: () => void, freshMs: number): LastTask {
  let last = -1;
  let seenAt = performance.now();

  function see(uid: number, isSame: boolean): boolean {
    last = isSame ? Math.max(last, uid) : uid;
    seenAt = performance.now();
    if (!isSame) onLoss();
    return isSame;
  }

  return {
    expectNext() {
      const before = last;
      return (uid) => see(uid, uid > before);
    },
    expectNewest() {
      const before = last;
      const isFresh = performance.now() - seenAt < freshMs;
      return (uid) => {
        if (isFresh || uid >= before) see(uid, uid >= before);
      };
    },
    forget() {
      last = -1;
    },
  };
}
