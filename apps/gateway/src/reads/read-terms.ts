import type { Context } from "../context.ts";
import { requestScope } from "../server/request-scope.ts";
import { createDegradation, type Degradation } from "./degradation.ts";
import type { NodeCall } from "./node-call.ts";

/** On what terms the reads of one request are answered, and what they have to say of it. */
export interface ReadTerms {
  /** When they were made, in ms of `performance.now()`. */
  readonly startedAt: number;
  /** When nodes are no longer waited for, in ms of `performance.now()`. */
  readonly until: number;
  /** Whether an answer without some shards is better than none. */
  readonly allowsPartial: boolean;
  readonly degradation: Degradation;
  /** Where every request to a node is noted; `null` unless the client wants to know. */
  calls: NodeCall[] | null;
}

/** What a client may ask for its own request. */
export interface ReadWishes {
  /** At most `scatter.timeout_ms`. */
  readonly timeoutMs?: number | undefined;
  readonly allowsPartial?: boolean | undefined;
}

export function createReadTerms({ config }: Pick<Context, "config">, wishes: ReadWishes = {}): ReadTerms {
  const { timeoutMs, unavailableShardPolicy } = config.scatter;
  const startedAt = performance.now();
  return {
    startedAt,
    until: startedAt + Math.min(wishes.timeoutMs ?? timeoutMs, timeoutMs),
    allowsPartial: wishes.allowsPartial ?? unavailableShardPolicy === "partial",
    degradation: createDegradation(),
    calls: null,
  };
}

/** The terms of the request under way; those of the configuration for what is read on nobody's behalf. */
export const readTerms = (context: Pick<Context, "config">): ReadTerms =>
  requestScope()?.reads ?? createReadTerms(context);

/** How long one node may take with a read, ms; 0 when the read's time is over. */
export function nodeDeadlineMs({ config }: Pick<Context, "config">, { until }: ReadTerms): number {
  return Math.max(0, Math.min(config.scatter.nodeTimeoutMs, until - performance.now()));
}
