import type { TaskRow } from "@miroir/schema";
import { isFinished, type NewTask, type Store, StoreError, type WriteOptions } from "@miroir/store-contract";
import type { Acknowledge, IndexLocks, Turn } from "../context.ts";
import { requestScope } from "../server/request-scope.ts";
import { sendJson } from "../server/send-json.ts";
import type { RecordWrite } from "../sessions/record-write.ts";
import { noTurn } from "../turns/turn-lease.ts";
import { summarizeTask } from "./format.ts";
import { withHidden } from "./hidden-details.ts";
import type { Reconciler } from "./reconciler.ts";

export interface AcknowledgeDeps {
  readonly store: Store;
  readonly reconciler: Reconciler;
  readonly recordWrite: RecordWrite;
  readonly indexLocks: IndexLocks;
}

/** What a task is kept by: the turn of its index, and the lease that the write is fenced with, the turn's or one of its own. */
interface Rights {
  readonly turn: Turn | null;
  readonly fence: WriteOptions["fence"];
}

/** Makes the end of every write route. The answer is sent only once the store has the task, so it outlives this process. */
export function createAcknowledge({ store, reconciler, recordWrite, indexLocks }: AcknowledgeDeps): Acknowledge {
  /** Within the turn, so that tasks are numbered in the order in which nodes got them. */
  async function createTask(task: NewTask, { turn, fence }: Rights): Promise<TaskRow> {
    try {
      return await store.tasks.create(task, fence && { fence });
    } catch (error) {
      turn?.doubt();
      if (!(error instanceof StoreError) || error.code !== "not_holder" || fence !== turn?.fence) throw error;
      throw noTurn("The gateway lost its turn to write to the index before it could keep the task");
    }
  }

  return async (reply, task, options = {}) => {
    const { degraded, shards, index, undo, accept, proposal, statusCode = 202 } = options;
    const settingsVersion = proposal?.version ?? options.settingsVersion;
    const { keyed, alias } = requestScope() ?? {};
    const hidden = {
      ...(keyed && { idempotency: keyed.mark }),
      ...(alias && { alias }),
      ...(undo && { undo }),
      // Who took it does not tell for whom it was.
      ...(degraded && shards && { shards: [...shards] }),
      ...(settingsVersion !== undefined && { settingsVersion }),
      ...(index && index.physicalUid !== index.uid && { physicalUid: index.physicalUid }),
    };
    const hides = Object.keys(hidden).length > 0;
    const turn = index ? indexLocks.turnOf(index.uid) : null;
    const fence = proposal?.fence ?? turn?.fence;
    const row = await createTask(hides ? { ...task, details: withHidden(task.details, hidden) } : task, {
      turn,
      fence,
    });
    try {
      await proposal?.adopt(row);
      await accept?.(row);
    } finally {
      // Though it failed: what was done of it may have been done, and has to be brought to an end.
      if (!isFinished(row.status)) reconciler.follow(row, shards ?? null);
    }
    const unrecorded = await recordWrite(row, shards ?? null);
    const missing = [degraded, unrecorded].filter((flag) => flag).join(", ");
    if (missing !== "") reply.header("x-miroir-degraded", missing);
    if (settingsVersion !== undefined) reply.header("x-miroir-settings-version", settingsVersion);
    sendJson(reply, statusCode, summarizeTask(row));
  };
}
