import { interceptStore, type MethodName, type Store, StoreError } from "@miroir/store-contract";
import type { Logger } from "pino";
import { isUnavailable } from "./is-unavailable.ts";

export interface Breaker {
  /** The store, which answers `unavailable` at once for as long as it is known to be away. */
  readonly store: Store;
  /** Calls back whenever the store answers again after a failure. @returns what stops it. */
  onHealed(listener: () => void): () => void;
}

export interface BreakerOptions {
  readonly log: Logger;
  /** How long calls wait to learn whether a failure was only one of its own. */
  readonly doubtMs?: number | undefined;
  /** The pause between two probes of a store that is away. */
  readonly probePauseMs?: number | undefined;
}

const DOUBT_MS = 150;
const PROBE_PAUSE_MS = 250;

/**
 * A circuit breaker (Nygard, "Release It!", 2007) for a store on another machine. One call may find out that the store does not
 * answer, which takes its whole timeout; without this, so would every call after it, and requests wait for several calls in a row.
 *
 * After a failure the store is probed at once, and until the probe has said something calls wait, but for `doubtMs` at most. Then
 * calls under way are given up with it. While it is away one probe at a time runs, and no call reaches it.
 */
export function createBreaker(inner: Store, options: BreakerOptions): Breaker {
  const { log, doubtMs = DOUBT_MS, probePauseMs = PROBE_PAUSE_MS } = options;
  const listeners = new Set<() => void>();
  /** Ends the calls that are under way. */
  const giveUp = new Set<() => void>();
  let state: "well" | "doubtful" | "away" = "well";
  let decided: Promise<void> = Promise.resolve();
  let isClosed = false;
  let endPause: () => void = () => undefined;

  async function probe(decide: () => void): Promise<void> {
    const declareAway = (cause?: unknown) => {
      if (state === "doubtful") log.warn({ err: cause }, "the store is away");
      state = "away";
      decide();
      for (const end of giveUp) end();
    };
    const doubt = setTimeout(declareAway, doubtMs);
    while (!isClosed) {
      try {
        await inner.health();
        break;
      } catch (error) {
        declareAway(error);
        await pause();
      }
    }
    clearTimeout(doubt);
    if (state === "away" && !isClosed) log.info("the store is back");
    state = "well";
    decide();
    if (!isClosed) for (const listener of [...listeners]) listener();
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, probePauseMs);
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function suspect(): void {
    if (state !== "well" || isClosed) return;
    state = "doubtful";
    decided = new Promise((decide) => void probe(decide));
  }

  const store = interceptStore(inner, async ({ name }, proceed) => {
    if (name === "store.close") {
      isClosed = true;
      endPause();
      return proceed();
    }
    if (state === "doubtful") await decided;
    if (state === "away") throw away(name);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const end = () => reject(away(name));
    giveUp.add(end);
    proceed().then(resolve, reject);
    try {
      return await promise;
    } catch (error) {
      if (isUnavailable(error)) suspect();
      throw error;
    } finally {
      giveUp.delete(end);
    }
  });

  return {
    store,
    onHealed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function away(name: MethodName): StoreError {
  const [table = null, operation = null] = name.split(".");
  return new StoreError("unavailable", "the store is away", { table, operation, retryable: true });
}
