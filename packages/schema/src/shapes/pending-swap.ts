import { z } from "zod";

/** What a name stood for before a swap whose turn has not come. */
export const pendingSwap = z.strictObject({
  /** The uid of the swap's task. */
  taskUid: z.int().min(0),
  physicalUid: z.string(),
  primaryKey: z.string().nullable(),
  createdAt: z.int(),
  updatedAt: z.int(),
});
export type PendingSwap = z.infer<typeof pendingSwap>;

/** Oldest first. */
export const pendingSwaps = z.array(pendingSwap).min(1);
