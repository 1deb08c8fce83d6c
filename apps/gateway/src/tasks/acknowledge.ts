import { isFinished, type Store } from "@miroir/store-contract";
import type { Acknowledge } from "../context.ts";
import { requestScope } from "../server/request-scope.ts";
import { sendJson } from "../server/send-json.ts";
import type { RecordWrite } from "../sessions/record-write.ts";
import { summarizeTask } from "./format.ts";
import { withHidden } from "./hidden-details.ts";
import type { Reconciler } from "./reconciler.ts";

/** Makes the end of every write route. The answer is sent only once the store has the task, so it outlives this process. */
export function createAcknowledge(store: Store, reconciler: Reconciler, recordWrite: RecordWrite): Acknowledge {
  return async (reply, task, options = {}) => {
    const { degraded, shards, index, undo, accept, proposal, statusCode = 202 } = options;
    const settingsVersion = proposal?.version ?? options.settingsVersion;
    const { keyed, alias } = requestScope() ?? {};
    const hidden = {
      ...(keyed && { idempotency: keyed.mark }),
      ...(alias && { alias }),
      ...(undo && { undo }),
      ...(settingsVersion !== undefined && { settingsVersion }),
      ...(index && index.physicalUid !== index.uid && { physicalUid: index.physicalUid }),
    };
    const hides = Object.keys(hidden).length > 0;
    const row = await store.tasks.create(
      hides ? { ...task, details: withHidden(task.details, hidden) } : task,
      proposal && { fence: proposal.fence },
    );
    try {
      await proposal?.adopt(row);
      await accept?.(row);
    } finally {
      // Though it failed: what was done of it may have been done, and has to be brought to an end.
      if (!isFinished(row.status)) reconciler.follow(row, shards ?? null);
    }
    const missing = degraded ?? (await recordWrite(row, shards ?? null));
    if (missing) reply.header("x-miroir-degraded", missing);
    if (settingsVersion !== undefined) reply.header("x-miroir-settings-version", settingsVersion);
    sendJson(reply, statusCode, summarizeTask(row));
  };
}
