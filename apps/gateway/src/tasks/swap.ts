import { type ErrorEnvelope, MeilisearchError, type Swap } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import { type Clock, isFinished, type Store } from "@miroir/store-contract";
import { hiddenOf, shownDetails, withHidden } from "./hidden-details.ts";
import { isItsTurn, type OwnTask } from "./own-task.ts";
import { renameSome, swapRenamings } from "./rename-tasks.ts";

/** Longer than any gateway takes between creating the task and telling the registry. */
const UNTOLD_MS = 60_000;

/**
 * Works off an `indexSwap`, which the registry was told of when it was accepted: its turn has come when all tasks before it have ended.
 * Those tasks then get the names that their indexes have by now, phase by phase. The row says which phase has begun, so that a crash
 * does not begin again one that is over: what has come to bear the first name would lose it.
 */
export function createSwap(
  first: TaskRow,
  { tasks, indexes }: Pick<Store, "tasks" | "indexes">,
  clock: Clock,
): OwnTask {
  const { uid } = first;
  const swaps = (first.details?.swaps ?? []) as unknown as readonly Swap[];
  const uids = swaps.filter(({ rename }) => !rename).flatMap((swap) => swap.indexes);
  const renamings = swaps.flatMap(({ indexes: [from, to], rename }) =>
    rename ? [{ from, to }] : swapRenamings([from, to], uid),
  );

  async function isRegistered(): Promise<boolean> {
    if (uids.length === 0) return true;
    const rows = await Promise.all(uids.map((name) => indexes.get(name)));
    return rows.some((index) => index?.pendingSwaps?.some(({ taskUid }) => taskUid === uid));
  }

  /** @returns the row with the phase that is under way; `null` while its turn has not come. */
  async function begin(row: TaskRow): Promise<TaskRow | null> {
    if (!(await isItsTurn(tasks, uid))) return null;
    if (!(await isRegistered())) {
      if (clock.now() - row.enqueuedAt < UNTOLD_MS) return null;
      return tasks.transition(uid, { status: "failed", error: neverRegistered() });
    }
    return enter(row, 0);
  }

  const enter = (row: TaskRow, phase: number) =>
    tasks.transition(uid, {
      status: "processing",
      details: withHidden(shownDetails(row), { ...hiddenOf(row), phase }),
    });

  return {
    async advance() {
      // Read again for each step: another gateway that has taken it up may be further.
      let row = await tasks.get(uid);
      if (row?.status === "enqueued") row = await begin(row);
      if (row === null) return "waiting";
      if (isFinished(row.status)) return "done";
      // Before tasks change their names: it shows nothing but what reads see, however often it is done.
      if (uids.length > 0) await indexes.settleSwap(uid, uids);
      const phase = Number(hiddenOf(row)?.phase ?? 0);
      const renaming = renamings[phase];
      if (renaming === undefined) {
        await tasks.transition(uid, { status: "succeeded", details: shownDetails(row) });
        return "done";
      }
      if (await renameSome(tasks, renaming, uid)) await enter(row, phase + 1);
      return "moved";
    },
  };
}

/** Its gateway ended before the registry was told, and before anybody was told of the task. */
function neverRegistered(): ErrorEnvelope {
  return new MeilisearchError("internal", "The swap was not begun; nothing has changed.").toJSON();
}
