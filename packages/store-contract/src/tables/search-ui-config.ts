import type { JsonObject, SearchUiConfigRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { jsonObjectInput, keyText, time } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/** The hosted search pages. Every method is one atomic step. */
export interface SearchUiConfigs {
  /**
   * Creates or replaces. `updatedAt` is now, or one more than before where the clock has not moved on.
   * @throws version_conflict when `expectedUpdatedAt` is given and the row has another, or is not there.
   */
  put(
    indexUid: string,
    config: JsonObject,
    expectedUpdatedAt: number | null,
    options?: WriteOptions,
  ): Promise<SearchUiConfigRow>;
  get(indexUid: string): Promise<SearchUiConfigRow | null>;
  /** By index uid. */
  list(page: PageRequest): Promise<Page<SearchUiConfigRow>>;
  /** @returns whether it was there. */
  delete(indexUid: string, options?: WriteOptions): Promise<boolean>;
}

export const searchUiConfigMethods: MethodSpecs<SearchUiConfigs> = {
  put: write(keyText, jsonObjectInput, time.nullable()),
  get: read(keyText),
  list: read(pageRequest),
  delete: write(keyText),
};
