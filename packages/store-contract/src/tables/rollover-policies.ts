import {
  type RolloverPolicyRow,
  type RolloverRetention,
  type RolloverTemplate,
  type RolloverTriggers,
  rolloverRetention,
  rolloverTemplate,
  rolloverTriggers,
} from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { keyText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface RolloverPolicyInput {
  readonly name: string;
  readonly writeAlias: string;
  readonly readAlias: string;
  readonly pattern: string;
  readonly triggers: RolloverTriggers;
  readonly retention: RolloverRetention;
  readonly template: RolloverTemplate;
  readonly enabled: boolean;
}

/** When a series of indexes starts a new one. Every method is one atomic step. */
export interface RolloverPolicies {
  /** Creates it, or replaces everything but `createdAt`. */
  put(policy: RolloverPolicyInput, options?: WriteOptions): Promise<RolloverPolicyRow>;
  get(name: string): Promise<RolloverPolicyRow | null>;
  /** By name. */
  list(page: PageRequest): Promise<Page<RolloverPolicyRow>>;
  /** @throws not_found. */
  setEnabled(name: string, enabled: boolean, options?: WriteOptions): Promise<RolloverPolicyRow>;
  /** @returns whether it was there. */
  delete(name: string, options?: WriteOptions): Promise<boolean>;
}

const policy = z.strictObject({
  name: keyText,
  writeAlias: keyText,
  readAlias: keyText,
  pattern: keyText,
  triggers: rolloverTriggers,
  retention: rolloverRetention,
  template: rolloverTemplate.extend({ primaryKey: keyText.optional(), settingsRef: keyText.optional() }),
  enabled: z.boolean(),
});

export const rolloverPoliciesMethods: MethodSpecs<RolloverPolicies> = {
  put: write(policy),
  get: read(keyText),
  list: read(pageRequest),
  setEnabled: write(keyText, z.boolean()),
  delete: write(keyText),
};
