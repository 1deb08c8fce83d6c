import { mayBeSentAgain, timedOut, wasNotSent } from "./errors.ts";

const SENT_AGAIN = 2;
const PAUSE_MS = 20;
/** The part of a call's time for which it waits for a connection: in an outage callers are told soon. */
const WAITING_SHARE = 0.5;

/** Sends, and again after a lost connection, until the deadline of the call. @throws ioredis' errors; StoreError unavailable at the deadline. */
export function within<T>(timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let sent = 0;
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      reject(timedOut(timeoutMs));
    }, timeoutMs);
    const succeed = (value: T): void => {
      clearTimeout(timer);
      isOver = true;
      resolve(value);
    };
    const fail = (error: unknown): void => {
      if (isOver) return;
      const isUnsent = wasNotSent(error);
      const mayTry = isUnsent
        ? performance.now() - startedAt < timeoutMs * WAITING_SHARE
        : mayBeSentAgain(error) && sent < SENT_AGAIN;
      if (mayTry) {
        if (!isUnsent) sent++;
        setTimeout(() => isOver || send(), PAUSE_MS);
        return;
      }
      clearTimeout(timer);
      isOver = true;
      reject(error);
    };
    const send = (): void => {
      attempt().then(succeed, fail);
    };
    send();
  });
}
