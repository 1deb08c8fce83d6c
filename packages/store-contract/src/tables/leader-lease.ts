import type { JsonValue, LeaderLeaseRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { durationMs, json, keyText, positive } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface AcquireOutcome {
  /** Whether the caller holds it now. */
  readonly acquired: boolean;
  /** The lease as it stands: the caller's, or the present holder's. */
  readonly lease: LeaderLeaseRow;
}

/**
 * Who leads, one leader a scope. Every method is one atomic step. The epoch grows by one with every new holder and survives release and
 * expiry, and so does the state that the last holder saved.
 */
export interface LeaderLeases {
  /** Takes a free, released or expired lease with the next epoch. The holder itself keeps its epoch and gets `ttlMs` from now. */
  acquire(scope: string, holder: string, ttlMs: number, options?: WriteOptions): Promise<AcquireOutcome>;
  /** `ttlMs` more from now. @throws not_found when nobody ever held it; not_holder once it expired, was released or passed on. */
  renew(scope: string, holder: string, epoch: number, ttlMs: number, options?: WriteOptions): Promise<LeaderLeaseRow>;
  /** Gives it up: the next acquire succeeds at once. Releasing again is no error while nobody else took it. @throws not_found, not_holder. */
  release(scope: string, holder: string, epoch: number, options?: WriteOptions): Promise<void>;
  /** The lease while it is held; `null` when free, released or expired. */
  get(scope: string): Promise<LeaderLeaseRow | null>;
  /** The leases held now, by scope. */
  list(page: PageRequest): Promise<Page<LeaderLeaseRow>>;
  /** Keeps the phase a successor resumes from. @throws not_found; not_holder for any epoch but the present, live one. */
  saveState(scope: string, epoch: number, state: JsonValue, options?: WriteOptions): Promise<LeaderLeaseRow>;
}

export const leaderLeaseMethods: MethodSpecs<LeaderLeases> = {
  acquire: write(keyText, keyText, durationMs),
  renew: write(keyText, keyText, positive, durationMs),
  release: write(keyText, keyText, positive),
  get: read(keyText),
  list: read(pageRequest),
  saveState: write(keyText, positive, json),
};
