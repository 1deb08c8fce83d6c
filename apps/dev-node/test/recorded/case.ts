/** One recorded exchange with a real node; see the README beside the fixtures for what the members mean. */
export interface RecordedCase {
  readonly name: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: unknown;
    readonly bodyText?: string;
    readonly bodyFile?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly bodyText?: string;
  };
  readonly task?: unknown;
  readonly noWait?: boolean;
  readonly delayMs?: number;
  /** By the position of the result in a multi-search whose queries have lists of their own. */
  readonly ties?: readonly Tie[] | Readonly<Record<string, readonly Tie[]>>;
}

/** Hits `from` to `to` (excluded) rank equally; "cut" says that equal ones lie beyond the page too. */
export type Tie = readonly [from: number, to: number, cut?: "cut"];
