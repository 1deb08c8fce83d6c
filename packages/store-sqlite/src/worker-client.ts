import { Worker } from "node:worker_threads";
import { type Change, StoreError } from "@miroir/store-contract";
import type { BackupProgress } from "./backup.ts";
import { asBuffer } from "./codec.ts";
import { asStoreError, closedError, fromPlain } from "./errors.ts";
import type { Writer } from "./group-commit.ts";
import type { FromWorker, NumberedCall, ToWorker, WorkerOptions } from "./worker-protocol.ts";

export interface WorkerWriter extends Writer {
  /** The thread the writes run on. */
  readonly threadId: number;
  backup(path: string, onProgress: (progress: BackupProgress) => void): Promise<void>;
}

export interface WorkerListeners {
  readonly onChanges: (changes: readonly Change[]) => void;
  readonly onCorruptRow: (error: StoreError) => void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: StoreError) => void;
  readonly onProgress?: (progress: BackupProgress) => void;
}

/** Threads whose store was closed, for the next one. */
const idle: Worker[] = [];
const MAX_IDLE = 2;

/** Gives a thread back, or lets it end. */
function retire(worker: Worker): void {
  // By name: without one, the listeners that Node keeps on it for itself would go too.
  for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
  worker.unref();
  if (idle.length < MAX_IDLE) idle.push(worker);
  else void worker.terminate();
}

/**
 * Starts the thread that writes, and waits until its database is open and migrated.
 * @throws StoreError as `openDatabase` does.
 */
export function startWorker(options: WorkerOptions, listeners: WorkerListeners): Promise<WorkerWriter> {
  const worker = idle.pop() ?? new Worker(new URL("./worker-start.ts", import.meta.url));
  worker.ref();
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let outbox: NumberedCall[] = [];
  let closing: Promise<void> | null = null;
  let closed: () => void = () => {};
  let dead: StoreError | null = null;

  const post = (message: ToWorker): void => worker.postMessage(message);
  /** The writes of one run of the caller's code go out as one message. */
  const send = (): void => {
    const calls = outbox;
    outbox = [];
    try {
      post({ kind: "calls", calls });
    } catch (error) {
      for (const { id } of calls) settle(id, ({ reject }) => reject(asStoreError(error)));
    }
  };
  const wait = (entry: Waiting): number => {
    // Only what is under way keeps the process running.
    if (waiting.size === 0) worker.ref();
    lastId++;
    waiting.set(lastId, entry);
    return lastId;
  };
  const settle = (id: number, how: (entry: Waiting) => void): void => {
    const entry = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    if (entry !== undefined) how(entry);
  };

  return new Promise((opened, failed) => {
    const die = (why: StoreError): void => {
      dead ??= why;
      for (const id of [...waiting.keys()]) settle(id, ({ reject }) => reject(why));
      failed(why);
      closed();
    };
    const writer = (threadId: number): WorkerWriter => ({
      threadId,
      submit: (call) =>
        new Promise((resolve, reject) => {
          if (dead !== null || closing !== null) {
            reject(dead ?? closedError());
            return;
          }
          if (outbox.length === 0) queueMicrotask(send);
          outbox.push({ ...call, id: wait({ resolve, reject }) });
        }),
      backup: (path, onProgress) =>
        new Promise((resolve, reject) => {
          const id = wait({ resolve: () => resolve(), reject, onProgress });
          post({ kind: "backup", id, path });
        }),
      close() {
        closing ??= new Promise((resolve) => {
          if (dead !== null) {
            resolve();
            return;
          }
          worker.ref();
          closed = resolve;
          if (outbox.length > 0) send();
          post({ kind: "close" });
        });
        return closing;
      },
    });

    worker.on("message", (message: FromWorker) => {
      switch (message.kind) {
        case "ready":
          worker.unref();
          opened(writer(message.threadId));
          return;
        case "failed":
          retire(worker);
          die(fromPlain(message.error));
          return;
        case "answers":
          listeners.onChanges(message.changes);
          for (const answer of message.answers) {
            settle(answer.id, ({ resolve, reject }) => {
              if (answer.ok) resolve(withBuffers(answer.value));
              else reject(fromPlain(answer.error));
            });
          }
          return;
        case "changes":
          listeners.onChanges(message.changes);
          return;
        case "corrupt":
          listeners.onCorruptRow(fromPlain(message.error));
          return;
        case "progress":
          waiting.get(message.id)?.onProgress?.(message.progress);
          return;
        case "closed":
          retire(worker);
          closed();
      }
    });
    worker.on("error", (cause) => {
      die(new StoreError("unavailable", `the store's thread failed: ${cause.message}`, { retryable: false, cause }));
    });
    worker.on("exit", () => die(new StoreError("unavailable", "the store's thread has ended", { retryable: false })));
    post({ kind: "open", options });
  });
}

/** Buffers of a row lose their class between threads. */
function withBuffers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const [key, part] of Object.entries(value)) {
    if (part instanceof Uint8Array) {
      (value as Record<string, unknown>)[key] = asBuffer(part);
    }
  }
  return value;
}
