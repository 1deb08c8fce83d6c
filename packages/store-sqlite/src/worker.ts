import { parentPort, threadId } from "node:worker_threads";
import { clockOn, systemClock } from "@miroir/store-contract";
import { backupDatabase } from "./backup.ts";
import { createCheckpoint, truncateWal } from "./checkpoint.ts";
import { openDatabase } from "./connection.ts";
import { createEngine } from "./engine.ts";
import { asStoreError, toPlain } from "./errors.ts";
import { createGroupQueue } from "./group-commit.ts";
import { pollForeignWrites } from "./watch.ts";
import type { Answer, FromWorker, NumberedCall, ToWorker, WorkerOptions } from "./worker-protocol.ts";

// The thread that owns the writing connection of a file: it waits for the disk, so that the caller's event loop need not.
// It serves one store after another, since starting a thread costs several times what opening a store does.

const post = (message: FromWorker): void => parentPort?.postMessage(message);

/** @returns what takes the store's messages, until it is closed. */
function serve({ path, synchronous, clockBuffer }: WorkerOptions): (message: ToWorker) => Promise<void> {
  const clock = clockBuffer === null ? systemClock : clockOn(clockBuffer);
  const database = openDatabase({ path, synchronous, clock });
  const engine = createEngine(database, {
    clock,
    onCorruptRow: (error) => post({ kind: "corrupt", error: toPlain(error) }),
  });
  const checkpoint = createCheckpoint(database);
  const stopPolling = pollForeignWrites(database, (changes) => post({ kind: "changes", changes }));

  const queue = createGroupQueue<NumberedCall>(engine, (calls, outcomes) => {
    const answers = calls.map(({ id }, i): Answer => {
      const outcome = outcomes[i];
      if (outcome?.ok) return { id, ok: true, value: outcome.value };
      return { id, ok: false, error: toPlain(asStoreError(outcome?.error)) };
    });
    post({ kind: "answers", answers, changes: engine.takeChanges() });
    checkpoint();
  });

  const backup = async (id: number, to: string): Promise<Answer> => {
    try {
      await backupDatabase(database, to, (progress) => post({ kind: "progress", id, progress }));
      return { id, ok: true, value: null };
    } catch (error) {
      return { id, ok: false, error: toPlain(asStoreError(error)) };
    }
  };

  return async (message) => {
    switch (message.kind) {
      case "calls":
        queue.push(...message.calls);
        return;
      case "backup":
        post({ kind: "answers", answers: [await backup(message.id, message.path)], changes: [] });
        return;
      case "close":
        queue.flush();
        stopPolling();
        truncateWal(database);
        database.close();
        post({ kind: "closed" });
    }
  };
}

let current: (message: ToWorker) => Promise<void> = async () => {};

parentPort?.on("message", async (message: ToWorker) => {
  if (message.kind !== "open") return current(message);
  try {
    current = serve(message.options);
    post({ kind: "ready", threadId });
  } catch (error) {
    post({ kind: "failed", error: toPlain(asStoreError(error, { operation: "open" })) });
  }
});
