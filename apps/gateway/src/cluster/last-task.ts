/** `certain`: a node has lost all it had just now; `possible`: or some time ago, and others may have filled it again since. */
export type Loss = "certain" | "possible";

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

/** Less than a node that was emptied is left without its indexes. */
const FRESH_MS = 5_000;

/** @param onLoss called when a uid tells of a loss */
export function createLastTask(onLoss: (loss: Loss) => void): LastTask {
  let last = -1;
  let seenAt = performance.now();

  function see(uid: number, isSame: boolean, loss: Loss): boolean {
    last = isSame ? Math.max(last, uid) : uid;
    seenAt = performance.now();
    if (!isSame) onLoss(loss);
    return isSame;
  }

  return {
    expectNext() {
      const before = last;
      return (uid) => see(uid, uid > before, "certain");
    },
    expectNewest() {
      const before = last;
      const loss = performance.now() - seenAt < FRESH_MS ? "certain" : "possible";
      return (uid) => void see(uid, uid >= before, loss);
    },
    forget() {
      last = -1;
    },
  };
}
