import type { TaskRow } from "@miroir/schema";
import { isFinished, type Store } from "@miroir/store-contract";

/** A store that tells of every task that this gateway brings to its end, whatever part of it does so. */
export function announceEnded(store: Store, ended: (task: TaskRow) => void): Store {
  const { tasks } = store;
  const announced = (row: TaskRow): TaskRow => {
    if (isFinished(row.status)) ended(row);
    return row;
  };
  return {
    ...store,
    tasks: {
      ...tasks,
      create: async (...args) => announced(await tasks.create(...args)),
      transition: async (...args) => announced(await tasks.transition(...args)),
    },
  };
}
