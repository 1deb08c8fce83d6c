import { MAX_SHARD, type WriteHintRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, keyText, positive, shard } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/**
 * Which copies of shards miss writes that were accepted without them, node by node and index by index (under its name on the nodes).
 * Every method is one atomic step; changes are announced to watchers.
 * Not part of this contract: what the writes were. A copy that misses any is filled again from a clean one.
 */
export interface WriteHints {
  /**
   * Adds shards to those that miss writes, making the row where there is none. Its version becomes the next of numbers that grow with every
   * note of the store and that are given once, also when the row was gone in between. @returns the row.
   */
  note(nodeId: string, indexUid: string, shards: readonly number[], options?: WriteOptions): Promise<WriteHintRow>;
  get(nodeId: string, indexUid: string): Promise<WriteHintRow | null>;
  /** By node id, then index uid. */
  list(page: PageRequest): Promise<Page<WriteHintRow>>;
  /**
   * Takes shards out, because they were filled again from what was there when the row had this version. The version stays. @returns the row;
   * `null` when no shard is left, which deletes it, or when there is none.
   * @throws version_conflict when the row has another version: what was missed since must not be forgotten.
   */
  settle(
    nodeId: string,
    indexUid: string,
    version: number,
    shards: readonly number[],
    options?: WriteOptions,
  ): Promise<WriteHintRow | null>;
  /** Deletes at most `limit` rows of the index, on all nodes. @returns how many. */
  deleteByIndex(indexUid: string, limit: number, options?: WriteOptions): Promise<number>;
  /** Deletes at most `limit` rows of the node. @returns how many. */
  deleteByNode(nodeId: string, limit: number, options?: WriteOptions): Promise<number>;
}

const shards = z
  .array(shard)
  .min(1)
  .max(MAX_SHARD + 1)
  .transform((given) => [...new Set(given)].sort((a, b) => a - b));

export const writeHintsMethods: MethodSpecs<WriteHints> = {
  note: write(keyText, keyText, shards),
  get: read(keyText, keyText),
  list: read(pageRequest),
  settle: write(keyText, keyText, positive, shards),
  deleteByIndex: write(keyText, batchLimit),
  deleteByNode: write(keyText, batchLimit),
};
