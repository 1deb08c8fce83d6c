import type { NodeSettingsVersionRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, count, keyText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/**
 * The settings version each node was last verified to hold. Every method is one atomic step.
 * Not part of this contract: the settings themselves.
 */
export interface NodeSettingsVersions {
  /** Raises the version; a lower or equal one changes nothing. @returns the version stored now. */
  advance(indexUid: string, nodeId: string, version: number, options?: WriteOptions): Promise<number>;
  get(indexUid: string, nodeId: string): Promise<NodeSettingsVersionRow | null>;
  /** By node id. */
  list(indexUid: string, page: PageRequest): Promise<Page<NodeSettingsVersionRow>>;
  /** The nodes that hold at least `floor`, by node id. */
  listAtOrAbove(indexUid: string, floor: number, page: PageRequest): Promise<Page<NodeSettingsVersionRow>>;
  /** Deletes at most `limit` rows of the index. @returns how many. */
  deleteByIndex(indexUid: string, limit: number, options?: WriteOptions): Promise<number>;
  /** Deletes at most `limit` rows of the node. @returns how many. */
  deleteByNode(nodeId: string, limit: number, options?: WriteOptions): Promise<number>;
}

export const nodeSettingsVersionMethods: MethodSpecs<NodeSettingsVersions> = {
  advance: write(keyText, keyText, count),
  get: read(keyText, keyText),
  list: read(keyText, pageRequest),
  listAtOrAbove: read(keyText, count, pageRequest),
  deleteByIndex: write(keyText, batchLimit),
  deleteByNode: write(keyText, batchLimit),
};
