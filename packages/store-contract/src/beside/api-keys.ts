import type { ApiKeyRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { keyText, time, valueText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface ApiKeyInput {
  readonly uid: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly actions: readonly string[];
  readonly indexes: readonly string[];
  readonly expiresAt: number | null;
}

/** Clients' API keys, never their values. Every method is one atomic step; changes are announced to watchers. */
export interface ApiKeys {
  /** @throws already_exists. */
  create(key: ApiKeyInput, options?: WriteOptions): Promise<ApiKeyRow>;
  /** Changes what a key may be changed in. @throws not_found. */
  describe(uid: string, name: string | null, description: string | null, options?: WriteOptions): Promise<ApiKeyRow>;
  /** Expired ones too. */
  get(uid: string): Promise<ApiKeyRow | null>;
  /** Newest first, those of one millisecond by uid from the highest; expired ones too. */
  list(page: PageRequest): Promise<Page<ApiKeyRow>>;
  count(): Promise<number>;
  /** @returns whether it was there. */
  delete(uid: string, options?: WriteOptions): Promise<boolean>;
}

const apiKey = z.strictObject({
  uid: keyText,
  name: valueText.nullable(),
  description: valueText.nullable(),
  actions: z.array(keyText).max(200),
  indexes: z.array(keyText).max(1000),
  expiresAt: time.nullable(),
});

export const apiKeysMethods: MethodSpecs<ApiKeys> = {
  create: write(apiKey),
  describe: write(keyText, valueText.nullable(), valueText.nullable()),
  get: read(keyText),
  list: read(pageRequest),
  count: read(),
  delete: write(keyText),
};
