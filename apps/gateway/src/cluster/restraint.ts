/** Whether reads should leave a node alone for now, where another can answer as well. */
export interface Restraint {
  /** It said that it is too busy. */
  busy(now: number): void;
  /** It came back after it was out: it may be cold, or go again. */
  returned(): void;
  /** It answered a read, or failed to. */
  read(ok: boolean): void;
  /** Asked once for each read: whether this one leaves the node alone. While it is on probation, every tenth read does not. */
  spares(now: number): boolean;
  readonly isOnProbation: boolean;
  isBusy(now: number): boolean;
}

const BUSY_MS = 1_000;
/** How many reads a node has to answer in a row to be asked like the others again. */
const PROBATION_READS = 20;
const PROBATION_SHARE = 10;

export function createRestraint(): Restraint {
  let busyUntil = 0;
  let left = 0;
  let turn = 0;
  return {
    busy(now) {
      busyUntil = now + BUSY_MS;
    },
    returned() {
      left = PROBATION_READS;
      turn = 0;
    },
    read(ok) {
      if (left > 0) left = ok ? left - 1 : PROBATION_READS;
    },
    spares: (now) => now < busyUntil || (left > 0 && ++turn % PROBATION_SHARE !== 0),
    get isOnProbation() {
      return left > 0;
    },
    isBusy: (now) => now < busyUntil,
  };
}
