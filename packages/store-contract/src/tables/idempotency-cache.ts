import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { bodyText, durationMs, keyText, positive, sha256, uid } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";

export interface Reservation {
  /** Who may replay the answer: a digest of API key, method and path. */
  readonly scope: string;
  readonly key: string;
  readonly bodySha256: Uint8Array;
  /** How long the answer is kept once there is one. */
  readonly ttlMs: number;
  /** How long the reservation holds if its holder dies. */
  readonly reservationMs: number;
  /** How many entries are kept in all; the oldest go first, reservations under way last. */
  readonly maxEntries: number;
}

export interface IdempotentAnswer {
  /** `null` for answers that made no task. */
  readonly taskUid: number | null;
  /** The HTTP status. */
  readonly status: number;
  readonly body: string;
}

export type ReserveOutcome =
  | { readonly outcome: "reserved"; readonly token: string }
  | { readonly outcome: "in_flight"; readonly since: number; readonly until: number }
  | ({ readonly outcome: "done" } & IdempotentAnswer)
  /** The key was used with another body. */
  | { readonly outcome: "mismatch" };

/** Writes done at most once. Every method is one atomic step; an entry past its deadline is absent. */
export interface IdempotencyCache {
  /** Exactly one of any number of concurrent callers gets `reserved`. */
  reserve(reservation: Reservation, options?: WriteOptions): Promise<ReserveOutcome>;
  /**
   * Keeps the answer for the reservation's `ttlMs` from now. Completing again with the token is no error and keeps the first answer.
   * @throws not_found when the reservation has ended; not_holder when another holds the key now.
   */
  complete(scope: string, key: string, token: string, answer: IdempotentAnswer, options?: WriteOptions): Promise<void>;
  /**
   * Gives the reservation up; the next caller is served. Without a reservation, or once completed, nothing happens.
   * @returns whether there was one. @throws not_holder when another holds the key now.
   */
  release(scope: string, key: string, token: string, options?: WriteOptions): Promise<boolean>;
  /** How many entries are live. */
  count(): Promise<number>;
}

const reservation = z.strictObject({
  scope: keyText,
  key: keyText,
  bodySha256: sha256,
  ttlMs: durationMs,
  reservationMs: durationMs,
  maxEntries: positive,
});
const answer = z.strictObject({ taskUid: uid.nullable(), status: z.int().min(100).max(599), body: bodyText });

export const idempotencyCacheMethods: MethodSpecs<IdempotencyCache> = {
  reserve: write(reservation),
  complete: write(keyText, keyText, keyText, answer),
  release: write(keyText, keyText, keyText),
  count: read(),
};
