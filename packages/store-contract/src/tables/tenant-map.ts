import type { TenantRow } from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { count, keyText, sha256 } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface TenantInput {
  /** SHA-256 of the API key, 32 bytes. */
  readonly apiKeyHash: Uint8Array;
  readonly tenantId: string;
  /** `null`: the replica group follows from the tenant's id. */
  readonly groupId: number | null;
}

/** Whose API key it is. Every method is one atomic step; changes are announced to watchers. */
export interface TenantMap {
  /** Creates or replaces. */
  put(tenant: TenantInput, options?: WriteOptions): Promise<TenantRow>;
  get(apiKeyHash: Uint8Array): Promise<TenantRow | null>;
  /** By hash. */
  list(page: PageRequest): Promise<Page<TenantRow>>;
  /** @returns whether it was there. */
  delete(apiKeyHash: Uint8Array, options?: WriteOptions): Promise<boolean>;
}

export const tenantMapMethods: MethodSpecs<TenantMap> = {
  put: write(z.strictObject({ apiKeyHash: sha256, tenantId: keyText, groupId: count.nullable() })),
  get: read(sha256),
  list: read(pageRequest),
  delete: write(sha256),
};
