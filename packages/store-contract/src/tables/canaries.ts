import { type CanaryAssertion, type CanaryRow, canaryAssertions, type JsonObject } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { durationMs, jsonObjectInput, jsonOf, keyText, valueText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface CanaryInput {
  readonly id: string;
  readonly name: string;
  readonly indexUid: string;
  readonly intervalMs: number;
  readonly query: JsonObject;
  readonly assertions: readonly CanaryAssertion[];
  readonly enabled: boolean;
}

/** Searches repeated on a schedule. Every method is one atomic step. */
export interface Canaries {
  /** Creates it, or replaces everything but `createdAt`. */
  put(canary: CanaryInput, options?: WriteOptions): Promise<CanaryRow>;
  get(id: string): Promise<CanaryRow | null>;
  /** By id. */
  list(page: PageRequest): Promise<Page<CanaryRow>>;
  /** @throws not_found. */
  setEnabled(id: string, enabled: boolean, options?: WriteOptions): Promise<CanaryRow>;
  /** Deletes it with its runs. @returns whether it was there. */
  delete(id: string, options?: WriteOptions): Promise<boolean>;
}

const canary = z.strictObject({
  id: keyText,
  name: valueText,
  indexUid: keyText,
  intervalMs: durationMs,
  query: jsonObjectInput,
  assertions: jsonOf(canaryAssertions),
  enabled: z.boolean(),
});

export const canariesMethods: MethodSpecs<Canaries> = {
  put: write(canary),
  get: read(keyText),
  list: read(pageRequest),
  setEnabled: write(keyText, z.boolean()),
  delete: write(keyText),
};
