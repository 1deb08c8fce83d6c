import type { TaskRow } from "@miroir/schema";
import type { Store } from "@miroir/store-contract";
import { hiddenOf } from "../tasks/hidden-details.ts";

/** A write makes its task before long, or never. */
const WITHIN_MS = 15 * 60_000;
const PAGE = 1_000;

/**
 * The task that a write has left, by the mark in it.
 * @param since when the write was begun, by the store's clock
 */
export async function findTask({ tasks }: Pick<Store, "tasks">, mark: string, since: number): Promise<TaskRow | null> {
  const filter = { afterEnqueuedAt: since - 1, beforeEnqueuedAt: since + WITHIN_MS };
  let from: number | undefined;
  do {
    const page = await tasks.list(filter, { from, limit: PAGE, reverse: true });
    const found = page.items.find((row) => hiddenOf(row)?.idempotency === mark);
    if (found) return found;
    from = page.next ?? undefined;
  } while (from !== undefined);
  return null;
}
