import type { CdcCursorRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { count, keyText, positive } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/** How far each change-data-capture sink was served. Every method is one atomic step. */
export interface CdcCursors {
  get(sinkName: string, indexUid: string): Promise<CdcCursorRow | null>;
  /**
   * Moves the cursor from `from` (0 when there is none yet) to `to`. Sent again after it succeeded, it changes nothing.
   * @throws version_conflict when the cursor is elsewhere; invalid_argument when `to` is not beyond `from`.
   */
  advance(sinkName: string, indexUid: string, from: number, to: number, options?: WriteOptions): Promise<CdcCursorRow>;
  /** By index uid. */
  list(sinkName: string, page: PageRequest): Promise<Page<CdcCursorRow>>;
  /** @returns whether it was there. */
  delete(sinkName: string, indexUid: string, options?: WriteOptions): Promise<boolean>;
}

export const cdcCursorsMethods: MethodSpecs<CdcCursors> = {
  get: read(keyText, keyText),
  advance: write(keyText, keyText, count, positive),
  list: read(keyText, pageRequest),
  delete: write(keyText, keyText),
};
