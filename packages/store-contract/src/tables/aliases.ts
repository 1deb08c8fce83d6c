import type { AliasRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { keyText, positive } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/** What an alias points at: one index, or several that are read as one. */
export type AliasTargets =
  | { readonly kind: "single"; readonly currentUid: string }
  | { readonly kind: "multi"; readonly targetUids: readonly string[] };

/**
 * Names that stand for indexes. Every method is one atomic step; changes are announced to watchers.
 * Not part of this contract: whether the targets exist.
 */
export interface Aliases {
  /** Creates it in version 1, without history. @throws already_exists. */
  create(name: string, targets: AliasTargets, options?: WriteOptions): Promise<AliasRow>;
  get(name: string): Promise<AliasRow | null>;
  /** By name. */
  list(page: PageRequest): Promise<Page<AliasRow>>;
  /**
   * Points it elsewhere: version + 1, the state before pushed on the history, which keeps the newest `keepHistory`.
   * The kind may not change. Sent again with the same targets right after it succeeded, it answers the same and changes nothing.
   * @throws not_found; version_conflict when the alias is not in `expectedVersion`; illegal_transition when the kind differs.
   */
  flip(
    name: string,
    targets: AliasTargets,
    expectedVersion: number,
    keepHistory: number,
    options?: WriteOptions,
  ): Promise<AliasRow>;
  /** @returns whether it was there. @throws version_conflict when `expectedVersion` is given and is not the present one. */
  delete(name: string, expectedVersion: number | null, options?: WriteOptions): Promise<boolean>;
}

const targets = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("single"), currentUid: keyText }),
  z.strictObject({ kind: z.literal("multi"), targetUids: z.array(keyText).min(1).max(1000) }),
]);

export const aliasesMethods: MethodSpecs<Aliases> = {
  create: write(keyText, targets),
  get: read(keyText),
  list: read(pageRequest),
  flip: write(keyText, targets, positive, z.int().min(0).max(1000)),
  delete: write(keyText, positive.nullable()),
};
