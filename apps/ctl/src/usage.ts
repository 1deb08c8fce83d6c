/** What a script can tell from how the program ended. */
export const EXIT = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** It was not asked for in a way that can be understood; nothing was done. */
  usage: 2,
  /** It was done, and what it looked at is not as it should be. */
  problems: 3,
} as const;

export const EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 not understood, 3 problems were found.";

/** What was asked for cannot be understood; nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
