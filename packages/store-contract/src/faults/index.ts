import { setTimeout as sleep } from "node:timers/promises";
import { StoreError, type StoreErrorCode } from "../errors.ts";
import { type InterceptedCall, interceptStore, type MethodName } from "../intercept.ts";
import type { Store } from "../store.ts";
import type { ChangeListener } from "../watch.ts";

/** What a store does wrong, and where. */
export interface Fault {
  /** The methods it befalls; all of them, `store.close` excepted, unless told. */
  readonly methods?: readonly MethodName[] | undefined;
  /** Only those that read, or only those that write. */
  readonly kind?: "read" | "write" | undefined;
  /** How long a call waits before anything else. 0 unless told. */
  readonly delayMs?: number | undefined;
  /** How long the answer of a call that was carried out waits. 0 unless told. */
  readonly replyDelayMs?: number | undefined;
  /** The error it answers with; none: the call only waits. */
  readonly error?: InjectedError | undefined;
  /** How many calls it befalls; all unless told. */
  readonly times?: number | undefined;
}

export interface InjectedError {
  readonly code: StoreErrorCode;
  readonly retryable?: boolean | undefined;
  /** `before`: the call changes nothing; `after`: it was carried out, and its answer is lost. `before` unless told. */
  readonly when?: "before" | "after" | undefined;
  /** What it says, and what its cause says; a text that names the method unless told. */
  readonly message?: string | undefined;
}

export interface FaultyStore {
  readonly store: Store;
  /** Adds a fault; of several that befall a call the newest counts. @returns what lifts it. */
  add(fault: Fault): () => void;
  /** Keeps what watchers are told back, for good. @returns what ends it. */
  muteWatch(): () => void;
  /** Tells every watcher that it may have missed something. */
  resync(): void;
  /** Lifts all faults, and lets watchers hear again. */
  clear(): void;
  /** Every method that was called, in order, since the last `clear`. */
  readonly calls: readonly MethodName[];
}

type Active = Fault & { left: number };

/** A store that can be told to fail. Everything passes through unchanged as long as there is no fault. */
export function createFaultyStore(inner: Store): FaultyStore {
  const active: Active[] = [];
  const calls: MethodName[] = [];
  const listeners = new Set<ChangeListener>();
  let mutes = 0;

  function meet({ name, kind }: InterceptedCall): Active | undefined {
    const fault = active.findLast(
      (each) =>
        each.left > 0 &&
        (each.methods ? each.methods.includes(name) : name !== "store.close") &&
        (each.kind === undefined || each.kind === kind),
    );
    if (fault) fault.left--;
    return fault;
  }

  const store = interceptStore(inner, async (call, proceed) => {
    calls.push(call.name);
    const fault = meet(call);
    if (fault === undefined) return proceed();
    if (fault.delayMs) await sleep(fault.delayMs);
    if (fault.error === undefined || fault.error.when === "after") {
      const answer = await proceed();
      if (fault.replyDelayMs) await sleep(fault.replyDelayMs);
      if (fault.error === undefined) return answer;
    }
    throw injected(call.name, fault.error);
  });

  return {
    store: {
      ...store,
      watch(listener) {
        const hear: ChangeListener = (change) => {
          if (mutes === 0) listener(change);
        };
        const stop = inner.watch(hear);
        listeners.add(listener);
        return () => {
          listeners.delete(listener);
          stop();
        };
      },
    },
    add(fault) {
      const added = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      active.push(added);
      return () => {
        const position = active.indexOf(added);
        if (position !== -1) active.splice(position, 1);
      };
    },
    muteWatch() {
      mutes++;
      let isOver = false;
      return () => {
        if (!isOver && mutes > 0) mutes--;
        isOver = true;
      };
    },
    resync() {
      for (const listener of [...listeners]) listener({ kind: "resync" });
    },
    clear() {
      active.length = 0;
      calls.length = 0;
      mutes = 0;
    },
    calls,
  };
}

function injected(name: MethodName, { code, retryable = false, message }: InjectedError): StoreError {
  const [part = "store", operation = name] = name.split(".");
  const text = message ?? `an injected ${code} in ${name}`;
  return new StoreError(code, text, { table: part, operation, retryable, cause: new Error(text) });
}
