import type { StoreError } from "@miroir/store-contract";
import { type Call, type Engine, mayBeLost, type Outcome } from "./engine.ts";
import { closedError } from "./errors.ts";

/** A bound on how long one transaction keeps the reader of its first write waiting. */
const MAX_GROUP = 512;

/** Where writes go: to the connection of this thread, or to the thread that owns one. */
export interface Writer {
  /** Resolves after the commit. @throws StoreError. */
  submit(call: Call): Promise<unknown>;
  /** Waits for what was submitted before. Nothing may be submitted afterwards. */
  close(): Promise<void>;
}

export interface GroupQueue<T extends Call> {
  push(...calls: readonly T[]): void;
  /** Commits what is waiting, now. */
  flush(): void;
}

/**
 * Gathers the writes of one turn of the event loop into one transaction: with `synchronous=FULL` the disk is waited for once for all
 * of them. Whatever comes in while a group is synced is the next one. Writes that a power cut may take have a transaction of their own before
 * it, which waits for no sync.
 * @param done told of each group after its commit, with the outcomes in order
 */
export function createGroupQueue<T extends Call>(
  engine: Pick<Engine, "runGroup">,
  done: (calls: readonly T[], outcomes: readonly Outcome[]) => void,
): GroupQueue<T> {
  let waiting: T[] = [];
  let scheduled = false;
  const flush = (): void => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, MAX_GROUP);
      waiting = waiting.slice(MAX_GROUP);
      for (const calls of [group.filter(mayBeLost), group.filter((call) => !mayBeLost(call))]) {
        if (calls.length > 0) done(calls, engine.runGroup(calls));
      }
    }
  };
  return {
    flush,
    push(...calls) {
      waiting.push(...calls);
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        flush();
      });
    },
  };
}

type Waiting = Call & {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
};

/** Group commit on the connection of this thread. */
export function createLocalWriter(engine: Engine, committed: () => void, release: () => void): Writer {
  let closed = false;
  const queue = createGroupQueue<Waiting>(engine, (calls, outcomes) => {
    committed();
    calls.forEach(({ resolve, reject }, i) => {
      const outcome = outcomes[i];
      if (outcome?.ok) resolve(outcome.value);
      else reject(outcome?.error ?? closedError());
    });
  });
  return {
    submit: (call) =>
      new Promise((resolve, reject) => {
        if (closed) reject(closedError());
        else queue.push({ ...call, resolve, reject });
      }),
    async close() {
      if (closed) return;
      closed = true;
      queue.flush();
      release();
    },
  };
}
