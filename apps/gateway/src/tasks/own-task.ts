import type { TaskRow } from "@miroir/schema";
import type { Store, TaskFilter } from "@miroir/store-contract";
import { hiddenOf } from "./hidden-details.ts";

/** A task that the gateway works off itself, a step at a time. Its row says all that is needed to go on after a crash. */
export interface OwnTask {
  /** Does what can be done now. @returns `waiting`: for nodes; `moved`: there is more to do; `done`: the row has ended. */
  advance(): Promise<"waiting" | "moved" | "done">;
}

/** Whether all tasks before it have ended. */
export async function isItsTurn(tasks: Pick<Store["tasks"], "listUnfinished">, uid: number): Promise<boolean> {
  const [oldest] = (await tasks.listUnfinished({ limit: 1 })).items;
  return oldest === undefined || oldest.uid >= uid;
}

/** What a task about other tasks is about: all that match one of these. */
export function filtersOf(row: TaskRow): TaskFilter[] {
  return (hiddenOf(row)?.filters ?? []) as TaskFilter[];
}

/** Of what matches, only tasks that were there before this one. */
export function onlyBefore(row: TaskRow, filter: TaskFilter): TaskFilter {
  const bound = row.enqueuedAt + 1;
  return { ...filter, beforeEnqueuedAt: Math.min(filter.beforeEnqueuedAt ?? bound, bound) };
}
