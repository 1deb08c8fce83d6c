/** One request of a read to a node, as `explain` shows it. Times are in ms. */
export interface NodeCall {
  readonly node: string;
  readonly path: string;
  readonly shards: readonly number[];
  /** 1, and one more for each replica that failed before it. */
  readonly attempt: number;
  /** Whether it was sent since another node took long. */
  readonly hedged: boolean;
  /** After the client's request had come. */
  readonly sentMs: number;
  /** From then to the first byte of the answer; `null` when there was none. */
  readonly firstByteMs: number | null;
  /** … and to its last, or to when it was given up. */
  readonly tookMs: number;
  readonly bytes: number;
  /** What the node says it spent, of answers that say it. */
  readonly processingTimeMs: number | null;
  /** `abandoned`: nobody needed the answer any more. */
  readonly outcome: "answered" | "refused" | "failed" | "abandoned";
}
