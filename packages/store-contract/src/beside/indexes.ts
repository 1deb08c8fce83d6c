import type { IndexRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { keyText, uid as taskUid } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface NewIndex {
  readonly uid: string;
  readonly physicalUid: string;
  readonly primaryKey: string | null;
}

/** A pair whose documents trade places; with `rename`, the first takes the second's name, which must be free. */
export interface IndexSwap {
  readonly uids: readonly [string, string];
  readonly rename: boolean;
}

/** The indexes clients see. Every method is one atomic step; changes are announced to watchers. */
export interface Indexes {
  /** @throws already_exists when the uid or the physical uid is taken. */
  create(index: NewIndex, options?: WriteOptions): Promise<IndexRow>;
  get(uid: string): Promise<IndexRow | null>;
  /** The index that nodes know by that name, which writes go to. */
  getByPhysicalUid(physicalUid: string): Promise<IndexRow | null>;
  /** By uid. */
  list(page: PageRequest): Promise<Page<IndexRow>>;
  count(): Promise<number>;
  /** Sets the primary key where there is none. The same one again is no error. @throws not_found; version_conflict when it has another. */
  setPrimaryKey(uid: string, primaryKey: string, options?: WriteOptions): Promise<IndexRow>;
  /** Replaces the primary key of an index that holds no documents. One that is there already is no error. @throws not_found; version_conflict when it is not `expected`. */
  replacePrimaryKey(
    uid: string,
    expected: string | null,
    primaryKey: string,
    options?: WriteOptions,
  ): Promise<IndexRow>;
  /** Says that its documents or settings changed now. @throws not_found. */
  touch(uid: string, options?: WriteOptions): Promise<IndexRow>;
  /** Takes `count` numbers of the insertion order, never given again. @returns the first of them. @throws not_found. */
  takeSequence(uid: string, count: number, options?: WriteOptions): Promise<number>;
  /**
   * Exchanges what uids stand for, all pairs or none: everything in the row but the uid goes along, as in Meilisearch. With the uid of
   * a task, exchanged names keep in `pendingSwaps` what they stood for until {@link settleSwap}; a rename counts at once.
   * @throws not_found, already_exists (rename onto a taken uid), invalid_argument (a uid twice).
   */
  swap(swaps: readonly IndexSwap[], taskUid: number | null, options?: WriteOptions): Promise<void>;
  /** Forgets what these names stood for before the swap of that task. Names that are gone, or settled, are left alone. */
  settleSwap(taskUid: number, uids: readonly string[], options?: WriteOptions): Promise<void>;
  /** @returns whether it was there. */
  delete(uid: string, options?: WriteOptions): Promise<boolean>;
}

const newIndex = z.strictObject({ uid: keyText, physicalUid: keyText, primaryKey: keyText.nullable() });
const swaps = z
  .array(z.strictObject({ uids: z.tuple([keyText, keyText]), rename: z.boolean() }))
  .max(500)
  .refine((pairs) => {
    const uids = pairs.flatMap((pair) => pair.uids);
    return new Set(uids).size === uids.length;
  }, "must name no uid twice");

export const indexesMethods: MethodSpecs<Indexes> = {
  create: write(newIndex),
  get: read(keyText),
  getByPhysicalUid: read(keyText),
  list: read(pageRequest),
  count: read(),
  setPrimaryKey: write(keyText, keyText),
  replacePrimaryKey: write(keyText, keyText.nullable(), keyText),
  touch: write(keyText),
  takeSequence: write(keyText, z.int().min(1).max(10_000_000)),
  swap: write(swaps, taskUid.nullable()),
  settleSwap: write(taskUid, z.array(keyText).max(1000)),
  delete: write(keyText),
};
