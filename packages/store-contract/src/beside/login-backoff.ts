import type { WriteOptions } from "../fence.ts";
import { keyText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";

export interface BackoffState {
  /** Failed log-ins in a row. */
  readonly failures: number;
  /** When the next try is allowed; `null`: now. */
  readonly blockedUntilAt: number | null;
}

/**
 * Slows down guessing: after 5 failures in a row 10 minutes, doubling with each further one to a day; a day without a failure, after
 * the block has ended, forgets them (`rules/login-backoff.ts`). Every method is one atomic step.
 */
export interface LoginBackoff {
  recordFailure(key: string, options?: WriteOptions): Promise<BackoffState>;
  check(key: string): Promise<BackoffState>;
  /** After a successful log-in. @returns whether there was anything to forget. */
  reset(key: string, options?: WriteOptions): Promise<boolean>;
}

export const loginBackoffMethods: MethodSpecs<LoginBackoff> = {
  recordFailure: write(keyText),
  check: read(keyText),
  reset: write(keyText),
};
