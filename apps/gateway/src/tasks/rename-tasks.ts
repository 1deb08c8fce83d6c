import type { TaskRow } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";

/** At most this many in one step of the store, so that others get their turn. */
const STEP = 500;

/** One name's tasks that are to go by another name. */
export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/** Gives tasks older than the task `below` an index's new name, a step at a time; again is no harm. @returns whether all have it. */
export async function renameSome(
  tasks: Pick<Store["tasks"], "renameIndex">,
  { from, to }: Renaming,
  below: number,
): Promise<boolean> {
  return (await tasks.renameIndex(from, to, { below, limit: STEP })) < STEP;
}

/** What a renamed index's older tasks are to be called; `null` for a task that renames nothing. */
export function renamingOf({
  type,
  indexUid,
  details,
}: Pick<TaskRow, "type" | "indexUid" | "details">): Renaming | null {
  const to = details?.newIndexUid;
  if (type !== "indexUpdate" || typeof to !== "string" || indexUid === null || to === indexUid) return null;
  return { from: indexUid, to };
}

/** No index uid may have it. */
const MARK = "#";

/**
 * What a swap does to the names of older tasks, one after the other: the first index's tasks wait under a name of the swap's own while
 * the second's take theirs.
 */
export function swapRenamings([first, second]: readonly [string, string], taskUid: number): Renaming[] {
  const waiting = `${second}${MARK}${taskUid}`;
  return [
    { from: first, to: waiting },
    { from: second, to: first },
    { from: waiting, to: second },
  ];
}

/** The index's name as clients see it: of tasks that wait for theirs, the one they are to have. */
export const shownIndexUid = (indexUid: string | null): string | null => indexUid?.split(MARK, 1)[0] ?? null;
