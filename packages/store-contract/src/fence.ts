import { z } from "zod";
import { keyText, positive } from "./input.ts";

/**
 * The proof that a write comes from the present leader of a scope: checked in the same step as the write, so that a leader that
 * was paused past its lease can change nothing (Kleppmann, "How to do distributed locking", 2016).
 */
export interface Fence {
  readonly scope: string;
  readonly epoch: number;
}

/**
 * The last argument of every write. A fence whose lease has another epoch, was released or has expired refuses the write with
 * `not_holder`, and nothing is changed.
 */
export interface WriteOptions {
  readonly fence?: Fence | undefined;
}

export const writeOptions = z.strictObject({
  fence: z.strictObject({ scope: keyText, epoch: positive }).optional(),
});
