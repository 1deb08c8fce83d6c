import type { TaskRow } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";
import { hiddenOf, shownDetails, withHidden } from "./hidden-details.ts";
import { filtersOf, type OwnTask, onlyBefore } from "./own-task.ts";

/** At most this many in one step of the store, so that others get their turn. */
const STEP = 1_000;

/** Works off a `taskDeletion`: deletes what has finished of what it matches. Node tasks go with the clean-up of the nodes. */
export function createDeletion(first: TaskRow, { tasks }: Pick<Store, "tasks">): OwnTask {
  let row = first;
  return {
    async advance() {
      const filters = filtersOf(row);
      let deletedTasks = Number(hiddenOf(row)?.deletedTasks ?? 0);
      let more = false;
      for (const filter of filters) {
        const count = await tasks.deleteFinished(onlyBefore(row, filter), STEP);
        deletedTasks += count;
        more ||= count === STEP;
      }
      const shown = shownDetails(row);
      if (!more) {
        await tasks.transition(row.uid, { status: "succeeded", details: { ...shown, deletedTasks } });
        return "done";
      }
      const details = withHidden(shown, { ...hiddenOf(row), deletedTasks });
      row = await tasks.transition(row.uid, { status: "processing", details });
      return "moved";
    },
  };
}
