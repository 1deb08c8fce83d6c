import { z } from "zod";

/** The index rolls over when any one of these is reached. */
export const rolloverTriggers = z.strictObject({
  maxDocs: z.int().positive().optional(),
  maxAgeMs: z.int().positive().optional(),
  maxSizeBytes: z.int().positive().optional(),
});
export type RolloverTriggers = z.infer<typeof rolloverTriggers>;

export const rolloverRetention = z.strictObject({ keepIndexes: z.int().positive() });
export type RolloverRetention = z.infer<typeof rolloverRetention>;

/** What a new index starts with: its primary key, and the index whose settings it copies. */
export const rolloverTemplate = z.strictObject({
  primaryKey: z.string().optional(),
  settingsRef: z.string().optional(),
});
export type RolloverTemplate = z.infer<typeof rolloverTemplate>;
