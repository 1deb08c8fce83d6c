import { z } from "zod";

export const ALIAS_KINDS = ["single", "multi"] as const;
export type AliasKind = (typeof ALIAS_KINDS)[number];

export const targetUids = z.array(z.string()).min(1);

/** A state the alias had before a flip. */
export const aliasState = z.strictObject({
  version: z.int().min(1),
  currentUid: z.string().nullable(),
  targetUids: targetUids.nullable(),
  /** When the flip away from this state happened. */
  replacedAt: z.int(),
});
export type AliasState = z.infer<typeof aliasState>;

/** Newest first. */
export const aliasHistory = z.array(aliasState);
