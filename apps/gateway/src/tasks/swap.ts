import { type ErrorEnvelope, MeilisearchError, type Swap } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import type { Clock, Store } from "@miroir/store-contract";
import type { OwnTask } from "./own-task.ts";

/** Longer than any gateway takes between creating the task and telling the registry. */
const UNTOLD_MS = 60_000;

/** Works off an `indexSwap`, which the registry was told of when it was accepted: its turn has come when all tasks before it have ended. */
export function createSwap(row: TaskRow, { tasks, indexes }: Pick<Store, "tasks" | "indexes">, clock: Clock): OwnTask {
  const swaps = (row.details?.swaps ?? []) as unknown as readonly Swap[];
  const uids = swaps.filter(({ rename }) => !rename).flatMap((swap) => swap.indexes);
  let isProcessing = row.status === "processing";

  async function isRegistered(): Promise<boolean> {
    const rows = await Promise.all(uids.map((uid) => indexes.get(uid)));
    return rows.some((index) => index?.pendingSwaps?.some(({ taskUid }) => taskUid === row.uid));
  }

  return {
    async advance() {
      if (!isProcessing) {
        const [oldest] = (await tasks.listUnfinished({ limit: 1 })).items;
        if (oldest && oldest.uid < row.uid) return "waiting";
        if (!(await isRegistered())) {
          if (clock.now() - row.enqueuedAt < UNTOLD_MS) return "waiting";
          await tasks.transition(row.uid, { status: "failed", error: neverRegistered() });
          return "done";
        }
        await tasks.transition(row.uid, { status: "processing" });
        isProcessing = true;
      }
      await indexes.settleSwap(row.uid, uids);
      await tasks.transition(row.uid, { status: "succeeded" });
      return "done";
    },
  };
}

/** Its gateway ended before the registry was told, and before anybody was told of the task. */
function neverRegistered(): ErrorEnvelope {
  return new MeilisearchError("internal", "The swap was not begun; nothing has changed.").toJSON();
}
