import type { ScopedKeyObservationRow, ScopedKeyRow } from "@miroir/schema";
import type { WriteOptions } from "../fence.ts";
import { count, keyText, positive } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

/** How long an observation counts, in ms. */
export const OBSERVATION_MS = 60_000;

export interface SettleOutcome {
  /** Whether the previous key is forgotten (or there was none). */
  readonly settled: boolean;
  readonly key: ScopedKeyRow;
}

/**
 * The rotating API key of each hosted search page. Every method is one atomic step.
 * Not part of this contract: making and revoking the API keys themselves.
 */
export interface ScopedKeys {
  get(indexUid: string): Promise<ScopedKeyRow | null>;
  /**
   * Makes `newUid` the current key, generation + 1 (from 0 when there is none), and keeps the one before as previous. Sent again
   * right after it succeeded, it answers the same.
   * @throws version_conflict when the generation is not `expectedGeneration`; illegal_transition while a previous key is not settled.
   */
  rotate(indexUid: string, newUid: string, expectedGeneration: number, options?: WriteOptions): Promise<ScopedKeyRow>;
  /** A gateway has seen this generation; counts for 60 s, never goes back. @throws not_found. */
  observe(indexUid: string, gatewayId: string, generation: number, options?: WriteOptions): Promise<void>;
  /** Observations that still count, by gateway id. */
  listObservations(indexUid: string, page: PageRequest): Promise<Page<ScopedKeyObservationRow>>;
  /** Forgets the previous key if every live gateway has observed the present generation. @throws not_found. */
  settle(indexUid: string, options?: WriteOptions): Promise<SettleOutcome>;
}

export const scopedKeysMethods: MethodSpecs<ScopedKeys> = {
  get: read(keyText),
  rotate: write(keyText, keyText, count),
  observe: write(keyText, keyText, positive),
  listObservations: read(keyText, pageRequest),
  settle: write(keyText),
};
