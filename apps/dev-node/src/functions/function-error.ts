/** What is wrong with a function, and where. */
export class FunctionError extends Error {
  /** An offset in its text; null where only the caller knows. */
  readonly at: number | null;

  constructor(message: string, at: number | null = null) {
    super(message);
    this.at = at;
  }
}

/** The message as a node gives it: lines and characters are counted from 1, and what has no place has none. */
export function describeError({ message, at }: FunctionError, text: string): string {
  if (at === null) return message;
  const before = text.slice(0, at).split("\n");
  return `${message} (line ${before.length}, position ${[...(before.at(-1) as string)].length + 1})`;
}
